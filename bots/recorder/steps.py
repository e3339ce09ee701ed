"""The steps of a form as the description writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bots.recorder.finding import Ladder, ladder, line_ladder
from bots.recorder.folding import Do, Each
from bots.recorder.meaning import ENTERED, Meant
from bots.recorder.problems import Findings
from bots.recorder.sample import ways
from bots.recorder.values import Values
from connectors.browser.recorded import PAGE, Action, Shown

__all__ = ["Writer", "main_frame"]

Step = dict[str, Any]


def _holds(shown: Shown, value: str) -> bool:
    """Whether a field on a page holds a value; of a list box by its text, its value or the text's first word."""
    return any(ways(value, text) for text in (shown.text, shown.value, shown.text.partition(" ")[0]))


def main_frame(actions: Sequence[Action]) -> str:
    """The frame in which most is entered."""
    counts = Counter(action.frame for action in actions if action.verb in ENTERED)
    return counts.most_common(1)[0][0] if counts else PAGE


class Writer:
    """Writes steps for a form that works in one frame.

    Args:
        frame: the form's own; steps elsewhere name theirs.
    """

    def __init__(self, values: Values, frame: str, findings: Findings):
        self.values, self.frame, self.findings = values, frame, findings
        self.own = frozenset(one.value for one in values.fields)
        self.captions: dict[str, set[str]] = {}

    def steps(self, done: Sequence[Do | Each]) -> list[Step]:
        """All steps in order."""
        found: list[Step] = []
        for at, one in enumerate(done):
            following = done[at + 1] if at + 1 < len(done) else None
            if isinstance(one, Each):
                inner = [step for j, do in enumerate(one.steps) for step in self._do(do, self._next(one.steps, j))]
                found.append({"for_each": one.list, "steps": inner})
            else:
                found += self._do(one, following if isinstance(following, Do) else None)
        return found

    def _next(self, steps: Sequence[Do], at: int) -> Do | None:
        return steps[at + 1] if at + 1 < len(steps) else None

    def simple(self, actions: Sequence[Action], meant: dict[int, Meant]) -> list[Step]:
        """Steps of actions that are not folded."""
        return self.steps([Do(((0, action),), meant.get(at)) for at, action in enumerate(actions)])

    def _do(self, do: Do, following: Do | None) -> list[Step]:
        action = do.first
        if action.verb in ("fill", "choose") and do.meant is None:
            return []  # typed in error and corrected later: the gate has refused everything else
        where = self.where(action)
        loads = self._loads(do, following)
        step = self._step(do, following)
        if step is None:
            return []
        when = {"when": "{more}"} if do.more else {}
        return [{**step, **where, **loads, **when}]

    def where(self, action: Action) -> Step:
        """Frame and window, where they are not the form's."""
        where = {} if action.frame == self.frame else {"frame": action.frame}
        return where if action.window == PAGE else {**where, "window": action.window}

    def _loads(self, do: Do, following: Do | None) -> Step:
        """The frame to wait for: of several, the one that is worked in next."""
        loads = next((action.loads for _, action in do.actions if action.loads), None)
        if not loads:
            if do.first.loads is None and do.first.verb == "press":
                self.findings.note("OF585", pressed=self._caption(do))
            return {}
        wanted = following.first.frame if following is not None else ""
        return {"loads": wanted if wanted in loads else loads[0]}

    def _caption(self, do: Do) -> str:
        target = do.first.target
        return target.caption if target is not None else do.first.text

    def _step(self, do: Do, following: Do | None) -> Step | None:
        action, meant = do.first, do.meant
        match action.verb:
            case "keys" | "open" | "close":
                return {action.verb: action.text}
            case "pick" if meant is not None:
                button = action.target is not None and action.target.kind == "press"
                return {"press" if button else "pick": {"text": meant.field.template}}
            case "press" | "pick":
                return {action.verb: self.find(do), **({"opens": action.opens} if action.opens else {})}
            case "tick" if meant is not None and action.value:
                return {"tick": self._one_of(do, meant)}
        if meant is None:
            return None
        verb: str = action.verb
        if verb == "fill" and following is not None and following.first.verb == "pick":
            verb = "type"
        self._remember(do, meant)
        kind = self.values.kinds.get((meant.field.list, meant.field.name), "text")
        return {verb: self.find(do), "with": meant.field.template, **({"as": kind} if kind != "text" else {})}

    def _remember(self, do: Do, meant: Meant) -> None:
        """How the form calls a field, so that the entry's page can be told by the same caption."""
        for _, action in do.actions:
            if action.target is not None:
                names = {" ".join(text.split()).strip(" :*.").casefold() for _, text in action.target.rungs}
                self.captions.setdefault(meant.field.path, set()).update(names)

    def _one_of(self, do: Do, meant: Meant) -> Ladder:
        """The radio button whose label, or value, is the record's."""
        target, value = do.first.target, meant.field.value
        if target is not None and target.rung("label") == value:
            return {"label": meant.field.template}
        css = target.rung("css") if target is not None else ""
        mark = f'[value="{do.first.value}"]'
        if do.first.value != value or mark not in css:
            self.findings.refuse("OF568", what=value, verb="tick")
        return {"css": css.replace(mark, f'[value="{meant.field.template}"]')}

    def find(self, do: Do) -> Ladder:
        """The ladder of a step; a refusal when nothing finds the element again."""
        targets = [(line, action.target) for line, action in do.actions if action.target is not None]
        found: Ladder = {}
        if len(targets) > 1:
            found = line_ladder(targets)
        elif targets:
            found = ladder(targets[0][1], self.own)
        if not found:
            self.findings.refuse("OF568", what=do.first.text or do.first.verb, verb=do.first.verb)
            return {"text": "?"}
        return found

    # -- what was right already and so not touched -------------------------------------------------------------------

    def untouched(self, done: list[Do | Each], save: Action) -> list[Do | Each]:
        """With the fields that showed the sample's value without being touched: they are entered all the same."""
        for field in [one for one in self.values.fields if not one.list and one not in self.values.typed]:
            shown = [one for one in save.before.shown if one.control and _holds(one, field.value)]
            typed = {do.first.target for do in done if isinstance(do, Do)}
            shown = [one for one in shown if one.target not in typed]
            if len(shown) == 1:
                done = self._insert(done, shown[0], Meant(field, tuple(ways(field.value, shown[0].text))))
        return done

    def _insert(self, done: list[Do | Each], shown: Shown, meant: Meant) -> list[Do | Each]:
        action = Action(
            "choose" if shown.value else "fill",
            frame=shown.frame,
            target=shown.target,
            text=shown.text,
            value=shown.value,
        )
        self.values.entered[-1 - len(self.values.entered)] = meant
        self.findings.note("OF586", field=meant.field.name, caption=shown.target.caption)
        entered = [at for at, one in enumerate(done) if isinstance(one, Do) and one.meant is not None]
        at = entered[-1] + 1 if entered else 0
        later = [one.first for one in done[at:] if isinstance(one, Do) and one.first.before.shown]
        if later and all(other.target != shown.target for other in later[0].before.shown):
            at = len(done)
        return [*done[:at], Do(((0, action),), meant), *done[at:]]
