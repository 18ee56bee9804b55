"""Settings of the chosen way to authenticate."""
