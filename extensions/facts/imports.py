"""Import lines."""

from __future__ import annotations

from .modules import import_of


def platform_imports(folder: str, classes: list[tuple[str, str]]) -> list[str]:
    return [import_of(f"app.platform.{folder}.{module}", name) for module, name in sorted(classes)]
