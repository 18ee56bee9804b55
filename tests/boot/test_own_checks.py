"""Checks of the service, run with make; the render tier runs them for each service."""

from __future__ import annotations

from ..support import uv
from .running import Service

CASE_NAMES = ["defaults"]


def test_make_lint_passes(service: Service) -> None:
    uv(service.path, "run", "make", "lint")
