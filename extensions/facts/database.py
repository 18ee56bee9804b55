"""Facts about the main database, its tests and its backups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Where the service finds its database unless told otherwise; `%s` is the project's snake_case name.
DATABASE_URLS = {
    "sqlite": "sqlite:///var/app.db",
    "postgresql": "postgresql://postgres@localhost/%s",
    "mysql": "mysql://root@localhost/%s",
}
# When cron makes a backup: not on the hour, when everybody else's jobs run.
BACKUP_SCHEDULES = {
    "none": "",
    "hourly": "17 * * * *",
    "daily": "17 3 * * *",
    "weekly": "17 3 * * 0",
}
# What people have to run besides the service; nothing for a file.
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
    """Whether the service's tests use SQLite although the service itself does not."""
    return answers["database"] != "sqlite" and answers.get("test_database") == "sqlite"
