"""Presentation: HTTP routes, and the schemas of requests and responses."""
