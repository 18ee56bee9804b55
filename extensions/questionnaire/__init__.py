"""The questionnaire: its questions, the rules of their answers, and the sentences that refuse one.

Copier calls the rules through the filter `problem` for an answer typed at the prompt, and
`TemplateHook` for a scripted or recorded answer, where Copier itself would print a traceback.
"""

from __future__ import annotations

from .answers import CHECKS, problem, read_answer, unknown_key
from .loading import Question, load_questions, load_template_config
from .modules import (
    FIELD_TYPES,
    MODIFIERS,
    NAME_LENGTH,
    NOT_UNIQUE,
    FieldSpec,
    check_modules,
    read_field,
)
from .refusals import RefusalError
from .reserved import RESERVED_SLUGS
from .texts import check_project_slug, service_slug

__all__ = [
    "CHECKS",
    "FIELD_TYPES",
    "MODIFIERS",
    "NAME_LENGTH",
    "NOT_UNIQUE",
    "RESERVED_SLUGS",
    "FieldSpec",
    "Question",
    "RefusalError",
    "check_modules",
    "check_project_slug",
    "load_questions",
    "load_template_config",
    "problem",
    "read_answer",
    "read_field",
    "service_slug",
    "unknown_key",
]
