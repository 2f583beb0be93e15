"""The cost of a prior."""
