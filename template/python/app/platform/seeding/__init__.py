"""Made-up rows, to develop and try things with."""
