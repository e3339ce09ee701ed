"""What the pages tell while a person works, put together into actions: what each one loaded, opened, sent and asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.browser.page_rules import origin_of, path_of
from connectors.browser.recorded import PAGE, Action, Asked, Option, Part, Recording, View, Write, target_of, view_of

__all__ = ["Listener"]


@dataclass
class Listener:
    """Collects; knows nothing of a browser.

    Attributes:
        url: the system's base address.
        part: what the person is doing now.
    """

    url: str
    part: Part = "login"
    actions: list[Action] = field(default_factory=list)
    views: list[tuple[Part, View]] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)
    title: str = ""
    landing: str = ""
    indexed: dict[str, str] = field(default_factory=dict)
    _elements: list[str] = field(default_factory=list)
    _frames: dict[tuple[str, str], str] = field(default_factory=dict)
    _documents: dict[tuple[str, str], int] = field(default_factory=dict)
    _landed: dict[tuple[str, str], int] = field(default_factory=dict)

    def told(self, window: str, data: Mapping[str, Any]) -> None:
        """One message of a page's script."""
        frame = self.frame_name(data["where"])
        match data["verb"]:
            case "document":
                self._document(window, frame)
            case "asked":
                asked = Asked(data["type"], data["text"], bool(data["accepted"]), data["reply"])
                self._to_last(asked=(asked,))
            case verb:
                self._did(window, frame, verb, data)

    def _did(self, window: str, frame: str, verb: Any, data: Mapping[str, Any]) -> None:
        element = str(data.get("element") or "")
        action = Action(
            verb=verb, part=self.part, frame=frame, window=window,
            target=target_of(data["target"]) if data.get("target") else None,
            text=str(data.get("text") or ""), value=str(data.get("value") or ""),
            options=tuple(Option(one["text"], one["value"]) for one in data.get("options") or ()),
            secret=bool(data.get("secret")),
            fresh=self._documents.get((window, frame)) != self._landed.get((window, frame), -1),
            before=view_of(data["view"], frame) if data.get("view") else View(),
        )  # fmt: skip
        if data.get("keyed") and self.actions and self.actions[-1].verb == "keys":
            self._drop_last()  # Enter pressed the form's own button: the button is what can be found again
        if self._said_before(element, action):
            return
        at = self._same_field(element)
        if at is None:
            self.actions.append(action)
            self._elements.append(element)
        else:
            self.actions[at] = replace(self.actions[at], text=action.text, value=action.value)

    def _said_before(self, element: str, action: Action) -> bool:
        """A field tells what it holds while it is typed in, and again when it is left."""
        if action.verb != "fill" or not element:
            return False
        before = next((i for i in range(len(self.actions) - 1, -1, -1) if self._elements[i] == element), None)
        return before is not None and self.actions[before].text == action.text

    def _same_field(self, element: str) -> int | None:
        """Where the field was last typed in, when nothing but typing was done since."""
        for at in range(len(self.actions) - 1, -1, -1):
            one = self.actions[at]
            if one.part != self.part or one.verb in ("press", "pick", "keys") or one.loads:
                return None
            if element and self._elements[at] == element:
                return at
        return None

    def _drop_last(self) -> None:
        self.actions.pop()
        self._elements.pop()

    def _to_last(
        self, loads: str = "", asked: tuple[Asked, ...] = (), writes: tuple[Write, ...] = (), opens: str = ""
    ) -> None:
        if not self.actions or self.actions[-1].part != self.part:
            return
        last = self.actions[-1]
        more = (loads,) if loads and loads not in (last.loads or ()) and PAGE not in (last.loads or ()) else ()
        self.actions[-1] = replace(
            last, loads=(*(last.loads or ()), *more), asked=last.asked + asked, writes=last.writes + writes,
            opens=last.opens or opens,
        )  # fmt: skip

    def _document(self, window: str, frame: str) -> None:
        self._documents[window, frame] = self._documents.get((window, frame), 0) + 1
        if self.actions and window == self.actions[-1].window:
            self._to_last(loads=frame)

    def opened(self, window: str) -> None:
        """A window came up."""
        self._to_last(opens=window)

    def closed(self, window: str) -> None:
        """A window was closed by the person, or closed itself."""
        self.actions.append(Action("close", self.part, text=window))
        self._elements.append("")

    def requested(self, method: str, url: str, body: str, *, document: bool) -> None:
        """A request that may change something, or that asks for a document."""
        if document and origin_of(url) and origin_of(url) != origin_of(self.url):
            self.origins.add(origin_of(url))
        shown = "" if self.part == "login" else body  # a password may be in it
        self._to_last(writes=(Write(method.upper(), path_of(url), shown),))

    def ended(self, view: View, address: str, indexed: Mapping[str, str]) -> None:
        """The person says that this part is done.

        Args:
            view: what all windows show.
            address: of the whole page.
            indexed: a frame's numbers from the outermost in -> its name.
        """
        self.views.append((self.part, view))
        if self.part == "login":
            self._landed = dict(self._documents)
            self.landing = path_of(address) or "/"
            self.indexed = dict(indexed)

    def frame_name(self, where: Sequence[Mapping[str, str]]) -> str:
        """The name of a frame by its way from the outermost in; one without a name gets one of ours."""
        outer = PAGE
        for step in where:
            if step["name"]:
                outer = step["name"]
            else:
                outer = self._frames.setdefault((step["css"], outer), f"frame{len(self._frames) + 1}")
        return outer

    def recording(self) -> Recording:
        """All of it."""
        frames = tuple((name, css, outer) for (css, outer), name in self._frames.items())
        return Recording(
            self.url, tuple(self.actions), self.title, self.landing or "/", frames, tuple(self.views),
            tuple(sorted(self.origins)), tuple(self.indexed.items()),
        )  # fmt: skip
