"""Sample records for development."""
