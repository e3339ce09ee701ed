"""What a mistake in a YAML file should have been: the keys that are known at its place, in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel

__all__ = ["in_words"]


def in_words(error: Any, model: type[BaseModel]) -> str:
    """A validation error of pydantic's as a person would say it.

    Args:
        error: one of `ValidationError.errors()`.
        model: what the file was read into.
    """
    match error["type"]:
        case "extra_forbidden":
            return _unknown(str(error["loc"][-1]), _keys(model, error["loc"][:-1]))
        case "missing":
            return "this key is missing"
        case "string_type" if isinstance(error.get("input"), bool | int | float):
            return "a text is expected: put it in quotes"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case _:
            return str(error["msg"])


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    if near:
        return f"there is no key `{key}` here; did you mean `{near[0]}`?"
    return f"there is no key `{key}` here" + (f"; known are {', '.join(known)}" if known else "")


def _keys(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The keys of the model at a place of the file; the first one that fits where several could."""
    here: list[type[BaseModel]] = [model]
    for part in loc:
        inside = [
            one
            for owner in here
            for name, field in owner.model_fields.items()
            if part in (name, field.alias)
            for one in _models(field.annotation)
        ]
        here = inside or here
    return [field.alias or name for name, field in here[0].model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for part in get_args(annotation) for one in _models(part)]
