"""Checks of names, texts and numbers."""

from __future__ import annotations

import re

from ..naming import SLUG_LENGTH, slug
from .refusals import RefusalError
from .reserved import RESERVED_SLUGS

MAX_COVERAGE_TARGET = 95
MAX_RETENTION_DAYS = 3650

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_RATE = re.compile(r"([1-9][0-9]{0,6})/(second|minute|hour|day)")


def service_slug(project_name: str) -> str:
    """Return the default slug of a project, which `check_project_slug` always accepts."""
    proposal = slug(project_name)
    return f"{proposal}-service" if proposal in RESERVED_SLUGS else proposal


def check_project_name(value: str) -> None:
    """Refuse a blank name, and one that cannot be written into every emitted file."""
    if not value.strip():
        raise RefusalError("A project needs a name; write one, such as My Service.")
    _check_text(value, "The project name", 100)


def check_description(value: str) -> None:
    """Refuse a description that cannot be written into every emitted file."""
    _check_text(value, "The description", 200)


def check_author_name(value: str) -> None:
    """Refuse an author's name that cannot be written into every emitted file."""
    _check_text(value, "The author's name", 100)


def check_author_email(value: str) -> None:
    """Refuse a text that is neither empty nor an email address."""
    if value and (len(value) > 254 or not _EMAIL.fullmatch(value)):
        raise RefusalError(
            f"{value!r} is not an email address; write one such as ana@example.com, or nothing."
        )


def check_project_slug(value: str) -> None:
    """Refuse a slug that is not kebab-case, too long, or the name of a package it needs."""
    if not _SLUG.fullmatch(value):
        raise RefusalError(
            f"{value!r} is not a slug; write lowercase letters, digits and single hyphens, "
            f"beginning with a letter, such as {service_slug(value)}."
        )
    if len(value) > SLUG_LENGTH:
        raise RefusalError(f"The slug has {len(value)} characters; shorten it to {SLUG_LENGTH}.")
    if value in RESERVED_SLUGS:
        raise RefusalError(
            f"The project cannot be called {value!r} because it needs the package of that name; "
            f"take another slug, such as {value}-service."
        )


def check_backup_retention_days(value: int) -> None:
    """Refuse a number of days below one or above ten years."""
    if not 1 <= value <= MAX_RETENTION_DAYS:
        raise RefusalError(
            f"Backups cannot be stored for {value} days; "
            f"write a whole number from 1 to {MAX_RETENTION_DAYS}."
        )


def check_rate_limit(value: str) -> None:
    """Refuse a text that is neither empty nor `N/second|minute|hour|day`, N up to a million."""
    match = _RATE.fullmatch(value)
    if value and (match is None or int(match[1]) > 1_000_000):
        raise RefusalError(
            f"{value!r} is not a rate limit; write a number from 1 to 1000000 per second, minute, "
            "hour or day, such as 100/minute, or nothing for no limit."
        )


def check_coverage_target(value: int) -> None:
    """Refuse a percentage that the emitted tests do not reach for all modules."""
    if not 0 <= value <= MAX_COVERAGE_TARGET:
        raise RefusalError(
            f"{value} is not a coverage target that the emitted tests reach; "
            f"write a whole number from 0 to {MAX_COVERAGE_TARGET}."
        )


def _check_text(value: str, what: str, longest: int) -> None:
    if len(value) > longest:
        raise RefusalError(f"{what} has {len(value)} characters; shorten it to {longest}.")
    if not value.isprintable():
        raise RefusalError(f"{what} contains a line break or an invisible character; remove it.")
    if '"' in value or "\\" in value:
        raise RefusalError(f"{what} contains a double quote or a backslash; remove it.")
    if value != value.strip():
        raise RefusalError(f"{what} begins or ends with a space; remove it.")
