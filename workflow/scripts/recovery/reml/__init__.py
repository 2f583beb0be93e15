"""Maximum likelihood and REML, the frequentist reference."""
