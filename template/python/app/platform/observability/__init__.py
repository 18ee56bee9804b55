"""Seeing from outside what the service does."""
