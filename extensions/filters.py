"""Jinja filters for questions and templates."""

from __future__ import annotations

from jinja2 import Environment
from jinja2.ext import Extension

from .naming import pascal
from .questionnaire import problem, service_slug


class TemplateFilters(Extension):
    """Filters `problem` and `service_slug` for questions, and `pascal` for templates."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(problem=problem, service_slug=service_slug, pascal=pascal)
