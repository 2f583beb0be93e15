"""The compiled functions of the exact engine: arrays and numbers in, arrays out."""
