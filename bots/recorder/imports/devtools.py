"""Chrome's DevTools Recorder: JSON with alternatives for each selector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bots.recorder.imports.parts import css_rungs, is_password, target
from connectors.browser.recorded import PAGE, Action

__all__ = ["read"]


def read(data: dict[str, Any]) -> tuple[str, list[Action]]:
    """The first address, and the actions."""
    steps = data["steps"]
    url = next((str(step["url"]) for step in steps if step.get("type") == "navigate"), "")
    found = [action for step in steps if (action := _action(step, url)) is not None]
    return url, _last_values(found)


def _action(step: dict[str, Any], first: str) -> Action | None:
    rungs, is_select = _rungs(step.get("selectors") or ())
    frame = "#" + ".".join(str(one) for one in step["frame"]) if step.get("frame") else PAGE
    loads = _loads(step, frame)
    match step.get("type"):
        case "navigate" if step["url"] != first:
            return Action("open", text=step["url"], loads=(PAGE,))
        case "change":
            value, secret = str(step["value"]), is_password(rungs)
            if is_select:
                return Action("choose", frame=frame, target=target(rungs, "edit"), text=value, value=value, loads=loads)
            if value in ("true", "false", "on"):
                return Action(
                    "tick", frame=frame, target=target(rungs, "tick"), text="" if value == "false" else "true"
                )
            text = "" if secret else value
            return Action("fill", frame=frame, target=target(rungs, "edit"), text=text, secret=secret, loads=loads)
        case "keyDown" if step.get("key") in ("Enter", "F9", "F10"):
            return Action("keys", frame=frame, text=step["key"], loads=loads)
        case "click" | "doubleClick":
            return Action("press", frame=frame, target=target(rungs, "press"), loads=loads)
    return None


def _last_values(actions: list[Action]) -> list[Action]:
    """A field that was changed twice in a row holds what was typed last."""
    return [
        one for one, following in zip(actions, [*actions[1:], None], strict=True)
        if not (following and one.verb == following.verb == "fill" and one.target == following.target)
    ]  # fmt: skip


def _loads(step: dict[str, Any], frame: str) -> tuple[str, ...] | None:
    """An asserted navigation is one of the step's own document as long as there are no frames."""
    navigated = any(event.get("type") == "navigation" for event in step.get("assertedEvents") or ())
    if frame != PAGE:
        return None
    return (PAGE,) if navigated else ()


def _rungs(selectors: Sequence[Any]) -> tuple[list[tuple[str, str]], bool]:
    """All alternatives that we have a rung for, captions first; whether one says that it is a list box."""
    texts = [one[-1] if isinstance(one, list) else str(one) for one in selectors]
    captions: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for text in texts:
        kind, _, rest = text.partition("/")
        if kind == "aria":
            name = rest.partition("[role=")[0].strip()
            captions += [("text", name), ("label", name)] if name else []
        elif kind == "text":
            captions.append(("text", rest))
        elif kind not in ("xpath", "pierce"):
            others += css_rungs(text)
    is_select = any(
        "select" in text.replace("selected", "") for text in texts if not text.startswith(("aria/", "text/"))
    )
    return [*captions, *others], is_select
