"""What every entered value is: which field, written how, or by which table of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bots.recorder.codes import option_text, table_of
from bots.recorder.formats import Style, kind_of, style_of
from bots.recorder.meaning import Meaning, Meant, meanings
from bots.recorder.problems import Findings
from bots.recorder.sample import Field, Way, ways
from config.system_steps import FORMATS
from connectors.browser.recorded import Action, Option, Recording

__all__ = ["Values", "values_of"]


@dataclass
class Values:
    """What is known of the sample's values in this system.

    Attributes:
        entered: actions of the form (index in its part) -> what they meant.
        searched: the same of the look-up.
        kinds: (list, field name) -> `as`.
        tables: name -> our value -> theirs.
        shown_codes: (list, field name) -> our value -> all writings of the option that stands for it.
    """

    fields: list[Field]
    entered: dict[int, Meant] = field(default_factory=dict)
    searched: dict[int, Meant] = field(default_factory=dict)
    style: Style = field(default_factory=Style)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    shown_codes: dict[tuple[str, str], dict[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def typed(self) -> set[Field]:
        """Fields that were entered in the form."""
        return {meant.field for meant in self.entered.values()}

    def kind_shown(self, pairs: Sequence[tuple[Field, str]]) -> str:
        """The `as` in which texts on a page are the values of a field (in all its lines); "" when they are not."""
        one = pairs[0][0]
        codes = self.shown_codes.get((one.list, one.name))
        if codes is not None and all(text in codes.get(each.value, ()) for each, text in pairs):
            return self.kinds[one.list, one.name]
        found = [ways(each.value, text) for each, text in pairs]
        return kind_of(found, self.style) if all(found) else ""


def values_of(
    recording: Recording, fields: list[Field], key: Field, given: Sequence[tuple[str, str]], findings: Findings
) -> Values:
    """Match all that was entered with the sample.

    Args:
        key: the key that the sample would get, as a field of the name `key`.
        given: (field name, what was chosen for it) where a person had to say so.
    """
    form, search = recording.part("enter"), recording.part("look")
    alone = [one for one in fields if not one.list]
    meaning = _with_suggestions(form, meanings(form, [*fields, key], given))
    _gate(form, meaning, findings)
    looking = meanings(search, [*alone, key], given)
    _gate(search, looking, findings)
    values = Values(fields, meaning.of, looking.of)
    values.style = style_of(_typed(form, meaning), _shown(recording, fields), findings)
    for name in dict.fromkeys((meant.field.list, meant.field.name) for meant in meaning.of.values()):
        mine = [(form[at], meant) for at, meant in meaning.of.items() if (meant.field.list, meant.field.name) == name]
        _kind(values, name, mine, findings)
    return values


def _with_suggestions(actions: Sequence[Action], meaning: Meaning) -> Meaning:
    """The beginning of a value, typed before a suggestion was picked, means what was picked."""
    for at in list(meaning.unknown):
        picked = meaning.of.get(at + 1)
        text = actions[at].text.casefold()
        if picked and actions[at + 1].verb == "pick" and text and picked.field.value.casefold().startswith(text):
            meaning.of[at] = replace(picked, ways=(Way("text"),))
            meaning.unknown.remove(at)
    return meaning


def _gate(actions: Sequence[Action], meaning: Meaning, findings: Findings) -> None:
    """A typed constant that is not in the sample is refused, and so is one that could be several of its fields."""
    for at in meaning.unknown:
        action = actions[at]
        later = any(other.target == action.target and at < j and j in meaning.of for j, other in enumerate(actions))
        if not later:  # what was corrected afterwards does not count
            caption = action.target.caption if action.target else ""
            findings.refuse("OF560", typed=action.text or action.value, field=caption)
    for at, fields in meaning.unsure.items():
        caption = actions[at].target.caption if actions[at].target else ""  # type: ignore[union-attr]
        findings.refuse("OF562", typed=actions[at].text, field=caption, fields=", ".join(one.path for one in fields))


def _typed(form: Sequence[Action], meaning: Meaning) -> list[tuple[str, Sequence[Way]]]:
    """What was typed, with the ways in which it is its value."""
    return [(form[at].text, meant.ways) for at, meant in meaning.of.items() if meant.ways and form[at].verb == "fill"]


def _shown(recording: Recording, fields: Sequence[Field]) -> list[tuple[str, Sequence[Way]]]:
    """What the pages showed of the sample, with the ways in which it is a value of it."""
    views = [view for _, view in recording.views] + [action.before for action in recording.part("enter")]
    texts = [one.text for view in views for one in view.shown if not one.control]
    found = [(text, [way for each in fields for way in ways(each.value, text)]) for text in dict.fromkeys(texts)]
    return [(text, known) for text, known in found if known]


def _kind(values: Values, name: tuple[str, str], entered: Sequence[tuple[Action, Meant]], findings: Findings) -> None:
    if any(meant.code for _, meant in entered):
        table = f"{name[1]}_code" if name[1] in FORMATS else name[1]
        values.kinds[name] = table
        chosen = [(meant.field.value, Option(action.text, action.value)) for action, meant in entered]
        options = list(dict.fromkeys(option for action, _ in entered for option in action.options))
        values.tables[table] = table_of(chosen, options)
        values.shown_codes[name] = {value: (option.text, option.value, option_text(option)) for value, option in chosen}
        return
    if entered[0][0].verb != "fill":
        values.kinds[name] = "text"
        return
    kind = kind_of([meant.ways for _, meant in entered], values.style)
    if not kind:
        texts = [action.text for action, _ in entered]
        findings.refuse("OF566", kind=name[1], one=texts[0], other=texts[-1])
    values.kinds[name] = kind or "text"
