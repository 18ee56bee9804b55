"""Entry point for Copier, which loads only this file: imports the package around it.

An update renders two releases of the template in one process, so each folder's package is imported
under another name.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


def _import_package() -> str:
    """Import the folder of this file as a package; returns the package's name."""
    name = f"andamio_{sha256(str(_FOLDER).encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = spec_from_file_location(
            name, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"{_FOLDER} is not a package")
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return name


_PACKAGE = _import_package()

TemplateHook = import_module(f"{_PACKAGE}.hook").TemplateHook
TemplateFilters = import_module(f"{_PACKAGE}.filters").TemplateFilters
