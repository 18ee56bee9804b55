"""Jinja filters for `copier.yml`, the questions and the template tree."""

from __future__ import annotations

from jinja2 import Environment
from jinja2.ext import Extension

from .naming import pascal, plural, slug, snake
from .questionnaire import problem, service_slug


class TemplateFilters(Extension):
    """Provides `problem` and `service_slug` for questions, and name cases for templates."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(
            problem=problem,
            service_slug=service_slug,
            slug=slug,
            kebab=slug,
            snake=snake,
            pascal=pascal,
            plural=plural,
        )
