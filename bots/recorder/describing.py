"""From a recording to the description of a system: all parts together, or what is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bots.recorder.folding import Do, Each, fold
from bots.recorder.login import accounts_of, login_of, signs_of
from bots.recorder.meaning import with_picks
from bots.recorder.problems import Findings
from bots.recorder.reading import Row, check_of, found_row, look_up_of, read_back_of
from bots.recorder.sample import Field, fields_of
from bots.recorder.saving import drafts_of, requests_of, save_at
from bots.recorder.steps import Writer, main_frame
from bots.recorder.values import Values, values_of
from connectors.browser.page_rules import origin_of
from connectors.browser.recorded import PAGE, Action, Part, Recording

__all__ = ["Described", "describe"]

_TOKEN = re.compile(r";[^/?]*|(?<==)(?=[^&]*\d)(?=[^&]*[A-Za-z])[A-Za-z0-9_-]{16,}")


@dataclass
class Described:
    """A description as data, and what was found on the way; with a problem it is not to be used."""

    data: dict[str, Any]
    findings: Findings


def describe(
    recording: Recording,
    record: Mapping[str, Any],
    key: str,
    *,
    name: str,
    form: str,
    given: Sequence[tuple[str, str]] = (),
) -> Described:
    """The description of a system with one form.

    Args:
        record: the sample that was entered, values as texts.
        key: what the sample's entry is found by, where the form has a field for it.
        name, form: of the system and of its form.
        given: (field, what was chosen for it), where the page does not show that they are the same.
    """
    findings = Findings()
    fields, own = fields_of(record), Field("key", key)
    picked = with_picks(recording.part("enter"), fields)
    others = [action for action in recording.actions if action.part != "enter"]
    recording = replace(recording, actions=(*picked, *others))
    values = values_of(recording, fields, own, given, findings)
    at = save_at(recording.part("enter"))
    if at is None:
        findings.refuse("OF564", part="enter")
        return Described({}, findings)
    described = _form(recording, at, values, own, findings)
    system = {
        "version": 1,
        "title": recording.title or name,
        "url": origin_of(recording.url) + "/",
        **({"origins": list(recording.origins)} if recording.origins else {}),
        "accounts": accounts_of(recording, name),
        "formats": _formats(values),
        **({"tables": values.tables} if values.tables else {}),
        **_frames(recording),
        **_dialogs(recording, values),
        "signs": signs_of(recording),
        **_drafts(recording, at, findings),
        "login": login_of(recording, findings),
        "forms": {form: described},
    }
    return Described(system, findings)


def _form(recording: Recording, at: int, values: Values, key: Field, findings: Findings) -> dict[str, Any]:
    actions = recording.part("enter")
    save = actions[at]
    writer = Writer(values, main_frame(actions), findings)
    done = writer.untouched(fold(actions[:at], values.entered, findings), save)
    check = check_of(save, values, writer)
    form: dict[str, Any] = {} if writer.frame == PAGE else {"frame": writer.frame}
    form["steps"] = [*_from_landing(recording, "enter", findings), *writer.steps(done)]
    if check:
        form["check"] = check
    form["save"] = _save(recording, save, writer)
    if after := writer.simple(actions[at + 1 :], {}):
        form["after"] = after
    row = found_row(recording, values, key)
    if row is None:
        findings.refuse("OF565")
        return form
    looking = look_up_of(recording, row, values, key, writer)
    looking["steps"] = [*_from_landing(recording, "look", findings), *looking["steps"]]
    reading = read_back_of(recording, row, values, key, writer)
    _gate(values, check, row, reading, findings)
    template = "{key}" if key in values.typed else " ".join(looking["match"].values())
    if not looking["match"]:
        findings.refuse("OF565")
    keyed = {} if template == "{key}" else {"key": template}
    if keyed:
        findings.note("OF589", key=template)
    return {**keyed, "needs": _needs(template, done), **form, "look_up": looking, "read_back": reading}


def _save(recording: Recording, save: Action, writer: Writer) -> dict[str, Any]:
    if save.target is None:
        writer.findings.refuse("OF568", what=save.text, verb=save.verb)
    found: dict[str, Any] = {"press": writer.find(Do(((0, save),))), **writer.where(save)}
    if save.loads:
        found["loads"] = save.loads[0]
    elif said := _said_after(recording, save, writer.own):
        found["done"] = {"text": said}
    if save.supposed:
        writer.findings.note("OF580", loads=save.frame)
    if requests := requests_of(save):
        found["requests"] = requests
    return found


def _said_after(recording: Recording, save: Action, own: Collection[str]) -> str:
    """What the page said when it had saved without loading another document; nothing of this record's own."""
    before = {text for _, text in save.before.texts}
    said = [
        text for frame, text in recording.view("enter").texts
        if frame == save.frame and text not in before and not any(value in text for value in own)
    ]  # fmt: skip
    return next((text for text in said if re.search(r"[^\W\d_]{4}", text) and not re.search(r"\d", text)), "")


def _gate(
    values: Values, check: Sequence[Mapping[str, Any]], row: Row, reading: Mapping[str, Any], findings: Findings
) -> None:
    """A field that was never typed and that no page showed is refused; what is not read back is told."""
    compared = {want["equals"] for want in (*check, *reading["fields"])}
    compared |= {field.template for field in row.fields.values()}
    compared |= set(reading.get("each", {}).values())
    for one in values.fields:
        if one not in values.typed and one.template not in compared:
            findings.refuse("OF561", field=one.path, value=one.value)
    back = {want["equals"] for want in reading["fields"]} | set(reading.get("each", {}).values())
    lost = [one.template for one in values.fields if one in values.typed and one.template not in back]
    if lost:
        findings.note("OF581", fields=", ".join(dict.fromkeys(lost)))


def _needs(template: str, done: Sequence[Do | Each]) -> list[str]:
    """What a record must have: what it is found by, and what the page says is required."""
    names = [name for name in re.findall(r"\{(\w+)\}", template) if name != "key"]
    for one in done:
        if isinstance(one, Do) and one.meant is not None and one.first.target is not None and not one.meant.field.list:
            empty = any(not option.value or not option.text for option in one.first.options)
            if one.first.target.required or (one.first.verb == "choose" and not empty):
                names.append(one.meant.field.name)
    return [name for name in dict.fromkeys(names) if name != "key"]


def _from_landing(recording: Recording, part: Part, findings: Findings) -> list[dict[str, Any]]:
    """Go back to the page after the login first, unless the part begins in a document that is always there."""
    actions = recording.part(part)
    first = next((one for one in actions if one.target is not None), None)
    if first is None or first.verb == "open":
        return []
    everything = (*recording.part("enter"), *recording.part("look"), *recording.part("open"))
    replaced = any(PAGE in (one.loads or ()) or first.frame in (one.loads or ()) for one in everything)
    if not first.fresh and not replaced:
        return []
    landing = recording.view("login").buttons
    text = first.target.rung("text") if first.target is not None else ""
    if landing and first.fresh and (first.frame, text) not in landing:
        findings.refuse("OF571", part=part, pressed=text or first.verb)
    if not landing:
        findings.note("OF582", part=part)
        return []
    address = _TOKEN.sub("", recording.landing)
    if address != recording.landing:
        findings.note("OF583", address=address)
    return [{"open": address, **({} if main_frame(recording.part("enter")) == PAGE else {"frame": PAGE})}]


def _formats(values: Values) -> dict[str, Any]:
    style = values.style
    found: dict[str, Any] = {"date": style.date or "%Y-%m-%d", "decimal": style.decimal or "."}
    found["thousands"] = style.thousands
    if style.places != 2:
        found["places"] = style.places
    return found


def _frames(recording: Recording) -> dict[str, Any]:
    frames = {
        name: {"css": css, **({} if outer == PAGE else {"within": outer})} for name, css, outer in recording.frames
    }
    return {"frames": frames} if frames else {}


def _dialogs(recording: Recording, values: Values) -> dict[str, Any]:
    """A rule for each dialog that came up, without what was this record's own in its text."""
    rules: list[dict[str, str]] = []
    own = sorted((one.value for one in values.fields if len(one.value) > 1), key=len, reverse=True)
    for action in recording.actions:
        for asked in action.asked:
            pieces = re.split("|".join(map(re.escape, own)) + r"|\d+|\n", asked.text) if own else [asked.text]
            text = max((piece.strip() for piece in pieces), key=len)
            rule = {"text": text, "type": asked.type, "answer": "accept" if asked.accepted else "dismiss"}
            if asked.type == "prompt" and asked.reply:
                field = next((one for one in values.fields if one.value == asked.reply), None)
                rule["reply"] = field.template if field is not None else asked.reply
            if rule not in rules:
                rules.append(rule)
    return {"dialogs": rules} if rules else {}


def _drafts(recording: Recording, at: int, findings: Findings) -> dict[str, Any]:
    actions = recording.part("enter")
    drafts = drafts_of(actions[:at], actions[at], findings)
    return {"drafts": drafts} if drafts else {}


def host_name(url: str) -> str:
    """A name for a system by its address."""
    return re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "system").casefold()).strip("-")
