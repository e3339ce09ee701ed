"""`playwright codegen --target jsonl`: one action a line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from bots.recorder.imports.parts import css_rungs, is_password, target
from connectors.browser.recorded import PAGE, Action

__all__ = ["read"]

_FIELDS = ("textbox", "combobox", "spinbutton", "searchbox", "listbox", "checkbox", "radio", "switch")
_INTERNAL = re.compile(r"internal:(role=(?P<role>\w+)|label=|text=|attr=|testid=)(?P<rest>.*)", re.DOTALL)
_ENTER = "internal:control=enter-frame"


def read(lines: Sequence[dict[str, Any]]) -> tuple[str, list[Action]]:
    """The first address, and the actions."""
    url = next((str(line["url"]) for line in lines if line.get("name") in ("navigate", "openPage")
                and str(line.get("url", "")).startswith("http")), "")  # fmt: skip
    actions = [action for line in lines if (action := _action(line, url)) is not None]
    return url, actions


def _action(line: dict[str, Any], first: str) -> Action | None:
    name = line.get("name")
    frame, rungs, role = _where(line)
    loads = _loads(line, frame)
    match name:
        case "navigate" if line["url"] != first:
            return Action("open", text=line["url"], loads=(PAGE,))
        case "fill":
            secret = is_password(rungs)
            return Action("fill", frame=frame, target=target(rungs, "edit"), text="" if secret else line["text"],
                          secret=secret, loads=loads)  # fmt: skip
        case "select":
            chosen = str(line["options"][0])
            return Action("choose", frame=frame, target=target(rungs, "edit"), text=chosen, value=chosen, loads=loads)
        case "check" | "uncheck":
            return Action("tick", frame=frame, target=target(rungs, "tick"), text="true" if name == "check" else "")
        case "setInputFiles":
            files = [str(one).rpartition("/")[2] for one in line["files"]]
            return Action("upload", frame=frame, target=target(rungs, "edit"), text=", ".join(files))
        case "press" if line.get("key") in ("Enter", "Tab", "F9", "F10"):
            return Action("keys", frame=frame, text=line["key"], loads=loads)
        case "click" if role not in _FIELDS:
            return Action("press", frame=frame, target=target(rungs, "press"), loads=loads)
    return None


def _loads(line: dict[str, Any], frame: str) -> tuple[str, ...] | None:
    """A navigation is told, but not of which frame: known only when there are no frames."""
    navigated = any(signal.get("name") == "navigation" for signal in line.get("signals") or ())
    if frame != PAGE:
        return None
    return (PAGE,) if navigated else ()


def _where(line: dict[str, Any]) -> tuple[str, list[tuple[str, str]], str]:
    """Frame, rungs and role of an action's selector."""
    parts = str(line.get("selector") or "").split(" >> ")
    frames = [*(line.get("framePath") or ())]
    while _ENTER in parts:
        at = parts.index(_ENTER)
        frames.append(" >> ".join(parts[:at]))
        parts = parts[at + 1 :]
    frame = PAGE
    if frames:
        named = re.search(r"\[name=\\?[\"']?([^\"'\]\\]+)|#([\w-]+)", frames[-1])
        frame = (named[1] or named[2]) if named else frames[-1]
    rungs, role = _rungs(parts[-1])
    return frame, rungs, role


def _rungs(selector: str) -> tuple[list[tuple[str, str]], str]:
    found = _INTERNAL.fullmatch(selector)
    if found is None:
        return css_rungs(selector) if selector and not selector.startswith("nth=") else [], ""
    role, text = found["role"] or "", _quoted(found["rest"])
    if selector.startswith("internal:attr="):
        attribute = re.match(r"\[([\w-]+)=", found["rest"])
        return [(attribute[1] if attribute else "title", text)], role
    if selector.startswith("internal:testid="):
        return [("css", re.sub(r"s\]$", "]", found["rest"]))], role
    if role in _FIELDS or selector.startswith("internal:label="):
        return [("label", text), ("placeholder", text)], role
    return [("text", text)], role


def _quoted(text: str) -> str:
    """The text in quotes of a selector."""
    found = re.search(r'"(?:[^"\\]|\\.)*"', text)
    return str(json.loads(found[0])) if found else ""
