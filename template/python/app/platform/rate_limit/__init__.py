"""Counting how often somebody asks, in a window of time that slides."""
