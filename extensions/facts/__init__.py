"""What follows from the answers, computed once and used by name in templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import WITH_PASSWORDS, authentication_facts, production_variables
from .cache import cache_facts
from .data_security import data_security_facts
from .database import database_facts
from .dependencies import TESTED_ON, development_dependencies, runtime_dependencies
from .modules import module_facts, natural_key
from .technology_stack import technology_stack_facts


def facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that templates use; `answers` are complete and accepted."""
    cache = cache_facts(answers["cache"])
    limits = data_security_facts(answers)
    with_passwords = answers["auth"] in WITH_PASSWORDS
    return {
        **authentication_facts(answers["auth"], answers.get("auth_provider")),
        **cache,
        **database_facts(answers),
        **limits,
        **technology_stack_facts(),
        "app_modules": [
            module_facts(name, entities) for name, entities in answers["modules"].items()
        ],
        "author_line": _author_line(answers["author_name"], answers["author_email"]),
        "capabilities": _capabilities(answers),
        "dependencies": runtime_dependencies(answers),
        "dev_dependencies": development_dependencies(answers),
        "identifies_clients": limits["rate_limited"] or with_passwords,
        "installed_modules": sorted(["identity", *answers["modules"]], key=natural_key),
        "production_variables": production_variables(answers["auth"], cache["cache_url"]),
        "slug_snake": answers["project_slug"].replace("-", "_"),
        "tested_on": TESTED_ON,
        "with_passwords": with_passwords,
    }


def _capabilities(answers: Mapping[str, Any]) -> list[str]:
    """Return the packages of `app.platform` that have settings, sorted."""
    chosen = {
        "backup": answers["backup"] != "none",
        "cache": answers["cache"] != "none",
        "http": True,
        "observability": True,
        "persistence": True,
        "rate_limit": bool(answers["rate_limit"]),
    }
    return [name for name, is_chosen in chosen.items() if is_chosen]


def _author_line(name: str, email: str) -> str:
    """Return the author as an inline table of TOML, or "" if there is none."""
    parts = {"name": name, "email": email}
    texts = ", ".join(f'{key} = "{text}"' for key, text in parts.items() if text)
    return f"{{ {texts} }}" if texts else ""
