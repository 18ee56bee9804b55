"""Facts about the main database, its tests and its backups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Default database URLs; `%s` is the snake_case name of the project.
DATABASE_URLS = {
    "sqlite": "sqlite:///var/app.db",
    "postgresql": "postgresql://postgres@localhost/%s",
    "mysql": "mysql://root@localhost/%s",
}
# Cron schedules of backups; not on the hour, when most other jobs run.
BACKUP_SCHEDULES = {
    "none": "",
    "hourly": "17 * * * *",
    "daily": "17 3 * * *",
    "weekly": "17 3 * * 0",
}
# Server to run beside the service; none for SQLite.
DATABASE_SERVERS = {"sqlite": "", "postgresql": "PostgreSQL", "mysql": "MySQL or MariaDB"}


def database_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default URL, the server to run, and the database of the service's own tests."""
    slug_snake = answers["project_slug"].replace("-", "_")
    stands_in = sqlite_stands_in(answers)
    return {
        "backup_schedule": BACKUP_SCHEDULES[answers["backup"]],
        "database_server": DATABASE_SERVERS[answers["database"]],
        "database_url": DATABASE_URLS[answers["database"]].replace("%s", slug_snake),
        "sqlite_stands_in": stands_in,
        "tested_database": "sqlite" if stands_in else answers["database"],
    }


def sqlite_stands_in(answers: Mapping[str, Any]) -> bool:
    """Return True if only the tests of the service use SQLite."""
    return answers["database"] != "sqlite" and answers.get("test_database") == "sqlite"
