"""Which press saved; and which earlier requests only drew the next page, so that a dry run may let them through."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import unquote_plus

from bots.recorder.meaning import ENTERED
from bots.recorder.problems import Findings
from connectors.browser.page_rules import SAFE
from connectors.browser.recorded import Action, Write

__all__ = ["drafts_of", "requests_of", "save_at"]

_TOKENS = re.compile(r"viewstate|eventvalidation|token|csrf|xsrf|nonce|session|time_?stamp", re.IGNORECASE)


def save_at(actions: Sequence[Action]) -> int | None:
    """The index of the press that saved: the last that sent something after all was entered, else the last press."""
    entered = [at for at, action in enumerate(actions) if action.verb in ENTERED and action.verb != "pick"]
    presses = [at for at in range(max(entered, default=-1) + 1, len(actions)) if actions[at].verb in ("press", "keys")]
    sent = [at for at in presses if any(write.method not in SAFE for write in actions[at].writes)]
    found = sent or presses
    return found[-1] if found else None


def _path(address: str) -> str:
    """A path for any record: numbers and what is asked may be anything."""
    path, asked, _ = address.partition("?")
    return re.sub(r"\d+", "*", path) + ("*" if asked else "")


def requests_of(save: Action) -> list[str]:
    """Paths of GET requests that save: those of a save that sends nothing else."""
    if any(write.method not in SAFE for write in save.writes):
        return []
    return [_path(write.path) for write in save.writes[:1] if "?" in write.path]


def drafts_of(before: Sequence[Action], save: Action, findings: Findings) -> list[dict[str, Any]]:
    """Requests of the steps before the save; one to the save's own address is told apart by what is sent."""
    earlier = [write for action in before for write in action.writes if write.method not in SAFE]
    saving = [write for write in save.writes if write.method not in SAFE]
    typed = {text for action in before for text in (action.text, action.value)}
    drafts: list[dict[str, Any]] = []
    for path in dict.fromkeys(_path(write.path) for write in earlier):
        same = [write for write in saving if _path(write.path) == path]
        if not same:
            drafts.append({"path": path})
        elif mark := _mark(same[-1], [write for write in earlier if _path(write.path) == path], typed):
            drafts.append({"path": path, "without": mark})
        else:
            findings.note("OF584", path=path)
    return drafts


def _mark(saving: Write, earlier: Sequence[Write], typed: Collection[str]) -> str:
    """A `name=value` that only the save sends, and each save; of several, one whose name is always sent."""
    sent = [dict(_pairs(write.body)) for write in earlier]
    only = [
        (name, value) for name, value in _pairs(saving.body)
        if unquote_plus(value) not in typed and not _once(name, value)
        and not any(f"{name}={value}" in write.body for write in earlier)
    ]  # fmt: skip
    only.sort(key=lambda pair: not all(pair[0] in one for one in sent))
    return "=".join(only[0]) if only else ""


def _once(name: str, value: str) -> bool:
    """Whether a value is the page's own and another one each time, such as a token: the next save will not have it."""
    return bool(_TOKENS.search(name)) or (len(value) >= 16 and bool(re.search(r"\d", value)))


def _pairs(body: str) -> list[tuple[str, str]]:
    """Names and values as they are in a posted form, not decoded."""
    found = [part.partition("=") for part in body.split("&")]
    return [(name, value) for name, sign, value in found if sign and re.fullmatch(r"[\w.\[\]%:$-]+", name)]
