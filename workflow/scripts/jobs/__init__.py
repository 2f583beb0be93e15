"""How a job runs: its log, and the hash of its code."""
