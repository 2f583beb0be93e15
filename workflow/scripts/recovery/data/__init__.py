"""Real and simulated data: long data, scenarios, batches."""
