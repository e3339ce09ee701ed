"""A person's changes to a payload: dotted path -> value. The payload given is never touched."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from config.errors import OficioError
from records.values import Payload

__all__ = ["apply_changes", "values_at"]


def values_at(payload: Payload, paths: Mapping[str, Any]) -> dict[str, Any]:
    """What stands at these paths now; paths that lead nowhere are left out."""
    found = {}
    for path in paths:
        node: Any = payload
        for part in path.split("."):
            node = _step(node, part)
            if node is None:
                break
        if node is not None:
            found[path] = node
    return found


def apply_changes(payload: Payload, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with new values at these paths; None takes a value away. Missing objects on the way are made.

    Raises:
        OficioError: OF719, a path leads through something that is neither object nor list.
    """
    result: dict[str, Any] = copy.deepcopy(dict(payload))
    for path, value in changes.items():
        *way, last = path.split(".")
        node: Any = result
        for part in way:
            node = node.setdefault(part, {}) if isinstance(node, dict) else _step(node, part)
        _set(node, last, value, path)
    return result


def _step(node: Any, part: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
        return node[int(part)]
    return None


def _set(node: Any, name: str, value: Any, path: str) -> None:
    if isinstance(node, dict):
        if value is None:
            node.pop(name, None)
        else:
            node[name] = value
    elif isinstance(node, list) and name.isdecimal() and int(name) <= len(node):
        node[int(name) : int(name) + 1] = [value]
    else:
        raise OficioError("OF719", path=path)
