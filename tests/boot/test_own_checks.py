"""The service's own checks pass, run as its team runs them; the render tier checks each service."""

from __future__ import annotations

from ..support import uv
from .running import Service

CASE_NAMES = ["defaults"]


def test_its_checks_pass(service: Service) -> None:
    uv(service.path, "run", "make", "lint")
