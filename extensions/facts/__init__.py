"""Facts: data that follows from the answers, under the names that templates use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import authentication_facts
from .cache import cache_facts
from .data_security import data_security_facts
from .database import database_facts
from .dependencies import dependency_facts
from .modules import module_facts
from .settings import settings_facts
from .technology_stack import technology_stack_facts


def facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return all facts about complete and accepted answers, heading by heading."""
    return {
        **technology_stack_facts(),
        **module_facts(answers["modules"]),
        **database_facts(answers),
        **cache_facts(answers["cache"]),
        **authentication_facts(answers["auth"], answers.get("auth_provider")),
        **data_security_facts(answers),
        **settings_facts(answers),
        **dependency_facts(answers),
    }
