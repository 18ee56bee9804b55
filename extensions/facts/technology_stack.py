"""Facts about the technology stack, for documents that all stacks share."""

from __future__ import annotations

from typing import Any

# For each stack: the folder of its code, the commands that people type (`app` runs a command of the
# service, `release` installs what production needs, `release_app` and `cron_app` run a command of
# the service there), and the parts that documents name.
STACKS: dict[str, dict[str, Any]] = {
    "python": {
        "code": "app",
        "run": {
            "app": "uv run app",
            "cron_app": ".venv/bin/app",
            "release": "uv sync --no-dev",
            "release_app": "uv run --no-sync app",
        },
        "technology": {
            "data_access": "SQLAlchemy Core",
            "framework": "FastAPI on Uvicorn",
            "language": "Python 3.11 or newer",
            "logs": "structlog",
            "manifest": "pyproject.toml",
            "migrations": "Alembic",
            "tests": "pytest",
            "validation": "Pydantic",
        },
    },
}


def technology_stack_facts(stack: str = "python") -> dict[str, Any]:
    """Return the folder of the code, the commands and the names of the parts."""
    return dict(STACKS[stack])
