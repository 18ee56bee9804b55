"""Adapters: how the ports are served, here by the database."""
