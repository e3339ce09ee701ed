"""What the readers of other tools' recordings share: passwords by their names, idle clicks, parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from connectors.browser.recorded import Action, Target

__all__ = ["css_rungs", "in_parts", "is_password", "target"]

_PASSWORD = re.compile(
    r"passw|\b(?:p|pw|pass|pwd|pin)\b|clave|contrase|kennwort|mot.?de.?passe|senha|parola|wachtwoord|has[lł]o|l[oö]senord|adgangskode",
    re.IGNORECASE,
)


def is_password(rungs: Sequence[tuple[str, str]]) -> bool:
    """Whether a field is named like one for a password, in one of many languages."""
    return any(_PASSWORD.search(text) for _, text in rungs)


def target(rungs: Sequence[tuple[str, str]], kind: str) -> Target:
    """A target of an import: its rungs were right when it was made, by the other tool."""
    idle = "text"  # names no field
    if kind == "press":
        idle = "label" if any(rung == "text" for rung, _ in rungs) else ""
    unique = tuple(dict.fromkeys((rung, text) for rung, text in rungs if text and rung != idle))
    return Target(unique, "press" if kind == "press" else "tick" if kind == "tick" else "edit")


def css_rungs(css: str) -> list[tuple[str, str]]:
    """What a CSS selector says as rungs: `#id`, `[name=x]` and `[placeholder=x]` by themselves, then the CSS."""
    found: list[tuple[str, str]] = []
    if by_id := re.fullmatch(r"\w*#([\w-]+)", css):
        found.append(("id", by_id[1]))
    if named := re.fullmatch(r"\w*\[(name|placeholder|id|title)=(['\"]?)(.*?)\2\]", css):
        found.append((named[1], named[3]))
    return [*found, ("css", css)]


def in_parts(actions: Sequence[Action]) -> list[Action]:
    """Login up to the press after the password; all else is the entry. Clicks into fields that are then filled go."""
    filled = {
        rung for one in actions if one.verb in ("fill", "choose", "tick") and one.target for rung in one.target.rungs
    }
    kept = [
        one for one in actions
        if not (one.verb == "press" and one.target is not None and filled & set(one.target.rungs))
    ]  # fmt: skip
    secret = max((at for at, one in enumerate(kept) if one.secret), default=None)
    if secret is None:
        return [replace(one, part="enter") for one in kept]
    end = next((at for at in range(secret, len(kept)) if kept[at].verb in ("press", "keys")), secret)
    return [replace(one, part="login" if at <= end else "enter") for at, one in enumerate(kept)]
