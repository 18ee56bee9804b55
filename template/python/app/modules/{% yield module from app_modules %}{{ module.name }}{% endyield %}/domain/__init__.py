"""Entities and rules: plain Python, no framework, no input or output."""
