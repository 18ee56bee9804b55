"""Domain: entities and rules in plain Python, without framework, input or output."""
