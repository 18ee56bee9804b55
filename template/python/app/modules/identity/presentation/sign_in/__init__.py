"""Signing in with a browser: the page, its script, and the routes that serve them."""
