"""Counting requests in sliding windows: the port, and an adapter for each place of the counts."""
