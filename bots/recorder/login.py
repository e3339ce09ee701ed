"""The login of a recording: user, password and code as references, never as typed; and the sign of being in."""

from __future__ import annotations

import re
from typing import Any

from bots.recorder.finding import ladder
from bots.recorder.problems import Findings
from connectors.browser.page_rules import path_of
from connectors.browser.recorded import PAGE, Action, Recording

__all__ = ["accounts_of", "login_of", "signs_of"]

LOGOUT = re.compile(
    r"^(log ?out|sign ?out|log ?off|exit|salir|cerrar sesi[oó]n|desconectar|finalizar sesi[oó]n|abmelden|ausloggen|"
    r"d[eé]connexion|se d[eé]connecter|quitter|esci|disconnetti|logout|sair|terminar sess[aã]o|uitloggen|afmelden|"
    r"wyloguj.*|logga ut|log ud|logg ut|kirjaudu ulos|odhl[aá]sit.*)$",
    re.IGNORECASE,
)


def _user(actions: tuple[Action, ...]) -> int | None:
    """The user's name is typed last before the password."""
    secret = next((at for at, action in enumerate(actions) if action.secret), None)
    if secret is None:
        return None
    return next((at for at in range(secret - 1, -1, -1) if actions[at].verb == "fill"), None)


def _is_code(actions: tuple[Action, ...], at: int) -> bool:
    """Six digits typed after the password: another code each time."""
    after = any(action.secret for action in actions[:at])
    return after and actions[at].verb == "fill" and re.fullmatch(r"\d{6}", actions[at].text) is not None


def accounts_of(recording: Recording, name: str) -> list[dict[str, str]]:
    """The account that logged in; its password and second factor are named, not told."""
    actions = recording.part("login")
    user = _user(actions)
    account = {"user": actions[user].text if user is not None else "robot"}
    account["secret"] = f"{name}-{re.sub(r'[^A-Za-z0-9]+', '-', account['user']).strip('-').lower()}"
    if any(_is_code(actions, at) for at in range(len(actions))):
        account["totp"] = account["secret"] + "-totp"
    return [account]


def login_of(recording: Recording, findings: Findings) -> dict[str, Any]:
    """`login`: the steps, and what shows that one is in."""
    actions = recording.part("login")
    user = _user(actions)
    if user is None:
        findings.refuse("OF564", part="login")
    steps: list[dict[str, Any]] = []
    if not any(action.verb == "open" for action in actions):
        steps.append({"open": path_of(recording.url) or "/"})
    for at, action in enumerate(actions):
        steps += _step(action, at == user, _is_code(actions, at))
    return {"steps": steps, **_probe(recording, findings)}


def _step(action: Action, user: bool, code: bool) -> list[dict[str, Any]]:
    where = {} if action.frame == PAGE else {"frame": action.frame}
    loads = {"loads": action.loads[0]} if action.loads else {}
    if action.verb == "open":
        return [{"open": path_of(action.text) or "/", **where}]
    if action.verb == "keys":
        return [{"keys": action.text, **where, **loads}]
    if action.target is None:
        return []
    found = ladder(action.target)
    if action.verb in ("press", "pick"):
        return [{action.verb: found, **where, **loads}]
    if action.verb == "tick":
        return [{"tick": found, **where}]
    text = "{password}" if action.secret else "{user}" if user else "{totp}" if code else action.text
    return [{action.verb: found, "with": text, **where, **loads}]


def _probe(recording: Recording, findings: Findings) -> dict[str, Any]:
    """Something that is shown only when one is logged in: the way out, else the way to the form."""
    buttons = recording.view("login").buttons
    found = next(((frame, text) for frame, text in buttons if LOGOUT.match(text)), None)
    if found is None:
        first = next((one for one in recording.part("enter") if one.verb == "press" and one.target), None)
        text = first.target.rung("text") if first is not None and first.target is not None else ""
        if first is None or not text:
            findings.refuse("OF564", part="login")
            return {"probe": "?"}
        found = (first.frame, text)
    frame, text = found
    return {"probe": {"text": text}, **({} if frame == PAGE else {"probe_frame": frame})}


def signs_of(recording: Recording) -> dict[str, Any]:
    """A page that asks for the password has lost the session, unless the system's other pages do so too."""
    later = (view for part, view in recording.views if part != "login")
    if any(view.passwords for view in later):
        return {}
    return {"logged_out": [{"css": "input[type=password]"}]}
