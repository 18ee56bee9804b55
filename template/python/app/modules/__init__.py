"""The parts of the business. A module sees of another only what its `__init__.py` offers."""
