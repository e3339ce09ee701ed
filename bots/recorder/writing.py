"""The description as a file that people read and change: a line a step, and comments where one would ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

__all__ = ["description_text"]

_HEAD = """\
# yaml-language-server: $schema=schema.json
# Recorded with `oficio systems record`. Each key is explained in docs/05-connect-your-legacy-system.md.
"""
_COMMENTS = {
    ("", "url"): "OFICIO_SYSTEM_{NAME}_URL in the environment replaces it",
    ("", "accounts"): "an account of the robot's own: `oficio secrets set {secret}`",
    ("", "dialogs"): "what it asked, and how it was answered; any other dialog stops the item for a person",
    ("", "signs"): "add `refusal` and `failure`: how this system shows that it says no, and that it is out of order",
    ("", "drafts"): "requests that only draw the next page: let through in a dry run",
    ("", "tables"): "ours: theirs",
    ("login", "probe"): "shown only when logged in",
}
_WIDTH = 118
_TAIL = """\
# Not seen in a recording; these hold until you write others:
# sessions: many   # `one`, when a new login ends the account's older session: the fence against a stopped robot
# limits: {settle: 30}   # longer than the slowest save that you have ever seen
"""


def description_text(data: Mapping[str, Any], name: str, notes: Sequence[str] = ()) -> str:
    """The whole file.

    Args:
        data: of a `System`, in the order in which it is to be read.
        notes: what a person should look at, written at the top.
    """
    secret = data["accounts"][0]["secret"]
    facts = {"NAME": "".join(c if c.isalnum() else "_" for c in name.upper()), "secret": secret}
    told = "".join(f"# Look at this: {note}\n" for note in notes)
    lines = [line for key, value in data.items() for line in _entry(key, value, 0, facts)]
    return _HEAD + told + "\n".join(lines) + "\n\n" + _TAIL


def _entry(key: str, value: Any, depth: int, facts: Mapping[str, str], inside: str = "") -> list[str]:
    """A key and its value: on one line when it is short or a leaf, else its parts below."""
    pad = "  " * depth
    comment = _COMMENTS.get((inside, key), "").format_map(facts)
    gap = [""] if not inside and key in ("login", "forms") else []
    flow = f"{pad}{_flow(key)}: {_flow(value)}"
    if _leaf(key, value, len(flow)):
        if len(flow) + len(comment) > _WIDTH:
            return [*gap, f"{pad}# {comment}", flow] if comment else [*gap, flow]
        return [*gap, f"{flow}  # {comment}" if comment else flow]
    head = f"{pad}{_flow(key)}:" + (f"  # {comment}" if comment else "")
    if isinstance(value, Mapping):
        below = [line for name, one in value.items() for line in _entry(name, one, depth + 1, facts, key)]
    else:
        below = [line for one in value for line in _item(one, depth + 1, facts)]
    return [*gap, head, *below]


def _leaf(key: str, value: Any, width: int) -> bool:
    if not isinstance(value, Mapping | list):
        return True
    if key in ("steps", "fields", "dialogs", "accounts", "check", "login", "forms", "read_back", "look_up", "after"):
        return False
    if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()) and key != "save":
        return False
    return width <= _WIDTH


def _item(value: Any, depth: int, facts: Mapping[str, str]) -> list[str]:
    """One of a list: a step on its line, a group of steps below its verb."""
    pad = "  " * depth
    if isinstance(value, Mapping) and "steps" in value:
        first, *others = [line for name, one in value.items() for line in _entry(name, one, depth + 1, facts, "step")]
        return [f"{pad}- {first.strip()}", *others]
    return [f"{pad}- {_flow(value)}"]


def _flow(value: Any) -> str:
    """On one line, quoted where YAML needs it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return text.removesuffix("...\n").strip()
