"""Sign-in page for browsers, its script and its routes."""
