"""Selenium IDE: a `.side` project; the test with the most commands is the recording."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from bots.recorder.imports.parts import css_rungs, is_password, target
from connectors.browser.recorded import PAGE, Action, Asked

__all__ = ["read"]

_DIALOGS = {"assertAlert": "alert", "assertConfirmation": "confirm", "assertPrompt": "prompt"}


def read(data: dict[str, Any]) -> tuple[str, list[Action]]:
    """The first address, and the actions. Which of them loaded a page is not told."""
    commands = max((test["commands"] for test in data["tests"]), key=len)
    base, url, frame = str(data.get("url") or ""), "", PAGE
    actions: list[Action] = []
    for one in commands:
        name, where, value = str(one["command"]).removeprefix("//"), str(one["target"]), str(one.get("value") or "")
        if name == "open":
            address = urljoin(base, where)
            if url:
                actions.append(Action("open", text=address, loads=(PAGE,)))
            url = url or address
        elif name == "selectFrame":
            frame = _frame(where, frame)
        elif name in _DIALOGS and actions:
            asked = Asked(_DIALOGS[name], where)  # type: ignore[arg-type] # one of the three
            actions[-1] = replace(actions[-1], asked=(*actions[-1].asked, asked))
        elif (action := _action(name, _rungs(one), value, frame)) is not None:
            actions.append(action)
    return url, actions


def _action(name: str, rungs: list[tuple[str, str]], value: str, frame: str) -> Action | None:
    match name:
        case "type":
            secret = is_password(rungs)
            return Action(
                "fill", frame=frame, target=target(rungs, "edit"), text="" if secret else value, secret=secret
            )
        case "select":
            text = value.partition("=")[2] if value.startswith(("label=", "value=")) else value
            return Action("choose", frame=frame, target=target(rungs, "edit"), text=text, value=text, loads=None)
        case "check" | "uncheck":
            return Action("tick", frame=frame, target=target(rungs, "tick"), text="true" if name == "check" else "")
        case "click" | "clickAt" | "doubleClick":
            return Action("press", frame=frame, target=target(rungs, "press"), loads=None)
        case "sendKeys" if key := re.fullmatch(r"\$\{KEY_(ENTER|TAB|F9|F10)\}", value):
            return Action("keys", frame=frame, text=key[1].capitalize(), loads=None)
    return None


def _frame(where: str, frame: str) -> str:
    """The frame that a command changes to; numbers are those of the page's own order, `#0.1`."""
    kind, _, rest = where.partition("=")
    if where in ("relative=top", "relative=parent"):
        outer = frame.rpartition(".")[0]
        return outer if outer and where == "relative=parent" else PAGE
    if kind == "index":
        return f"{frame}.{rest}" if frame.startswith("#") else f"#{rest}"
    named = re.search(r"\[name=[\"']?([^\"'\]]+)|#([\w-]+)", rest)
    if kind in ("name", "id"):
        return rest
    return (named[1] or named[2]) if named else where


def _rungs(command: dict[str, Any]) -> list[tuple[str, str]]:
    """The target and its alternatives: texts first, then names and ids, then CSS."""
    alternatives = [str(command["target"]), *(str(one[0]) for one in command.get("targets") or ())]
    found: list[tuple[str, str]] = []
    for one in alternatives:
        kind, _, rest = one.partition("=")
        match kind:
            case "linkText" | "link":
                found.append(("text", rest))
            case "name" | "id":
                found.append((kind, rest))
            case "css":
                found += css_rungs(rest)
            case "xpath":
                text = re.search(r"(?:text\(\)|\.)\s*(?:=|,)\s*'([^']+)'", rest)
                value = re.search(r"@value\s*=\s*'([^']+)'", rest)
                found += [("text", one[1]) for one in (text, value) if one]
    order = ("text", "name", "id", "placeholder", "title", "css")
    return sorted(dict.fromkeys(found), key=lambda rung: order.index(rung[0]))
