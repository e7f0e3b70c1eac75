"""Code that only some events need, imported when the first of them comes."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def on_demand(package: str, where: str) -> Any:
    """Return what *where*, ``module.name``, is in *package*; imports the module if need be."""
    module, _, name = where.partition(".")
    return getattr(import_module(f"{package}.{module}"), name)
