"""Keeping what was read lately, so that the database is asked less often."""
