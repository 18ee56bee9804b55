"""Render tier: text, quality and dependencies of services for many answers."""
