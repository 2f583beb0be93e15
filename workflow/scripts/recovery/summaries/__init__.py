"""From estimates to the tables of the study."""
