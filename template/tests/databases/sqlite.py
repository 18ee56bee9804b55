"""A database for one run of the tests: a file that is thrown away."""

from pathlib import Path


def new_database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'test.db'}"
