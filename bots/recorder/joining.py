"""Another tool's recording of an entry, and ours of the rest: the login, the list and the entry's own page."""

from __future__ import annotations

from dataclasses import replace

from connectors.browser.recorded import Action, Part, Recording

__all__ = ["LIVE_PARTS", "join"]

LIVE_PARTS: tuple[Part, ...] = ("login", "look", "open")


def join(imported: Recording, live: Recording) -> Recording:
    """One recording: `enter` of the imported one, everything else of ours.

    Frames that the import knows by number alone get the names that they have in the live pages.
    """
    names = dict(live.indexed)
    landing = live.view("login").buttons
    entered = [_named(action, names) for action in imported.part("enter")]
    if entered and entered[0].target is not None:
        there = (entered[0].frame, entered[0].target.rung("text")) in landing
        entered[0] = replace(entered[0], fresh=not there)
    if entered and entered[-1].loads is None:
        entered[-1] = replace(entered[-1], loads=(entered[-1].frame,), supposed=True)
    actions = (*live.part("login"), *entered, *live.part("look"), *live.part("open"))
    return replace(live, actions=actions)


def _named(action: Action, names: dict[str, str]) -> Action:
    if not action.frame.startswith("#"):
        return action
    return replace(action, frame=names.get(action.frame[1:], action.frame))
