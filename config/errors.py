"""The one tree of errors, and the reasons in words, in English and Spanish, that a person is shown.

    OficioError                    has a stable code, a place, facts; `oficio explain OF203` tells the rest
    |-- BusinessException          the work itself is at fault (unknown supplier, sums do not add up): a person
    |   |                          decides, never retried
    |   `-- DocumentRefused        a document that cannot be read at all (encrypted, empty, bomb, not a PDF)
    |-- ApplicationException       a system is at fault (time-out, 500, session lost): retried with back-off
    |   |                          and jitter, then a person
    |   `-- UncertainOutcome       it may have been posted or not: look first, never repeat blindly
    |-- ConfigError                what operations wrote in config/ or on the command line is wrong
    `-- AuditBroken                the audit log does not verify

Codes: OF1xx configuration and usage, OF2xx documents and reading, OF3xx mail and folders, OF4xx checking,
OF5xx browser and entering, OF6xx spreadsheets, bank files and reconciling, OF7xx records and audit,
OF8xx orchestration, OF9xx the machine.  Their texts are `config/catalogue/ofNxx.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

__all__ = [
    "ApplicationException",
    "AuditBroken",
    "BusinessException",
    "CatalogueEntry",
    "ConfigError",
    "DocumentRefused",
    "Language",
    "OficioError",
    "Reason",
    "UncertainOutcome",
    "catalogue",
    "explain",
]

Language = Literal["en", "es"]
_CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One code's texts: `what` happened (may name facts as {fact}), `mend`: what to do; by language."""

    code: str
    what: Mapping[str, str]
    mend: Mapping[str, str]


@cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """All codes with their texts, sorted by code."""
    import yaml  # only when a text is shown: start-up stays fast

    entries: dict[str, CatalogueEntry] = {}
    for path in sorted(_CATALOGUE.glob("of*.yaml")):
        for code, texts in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            entries[code] = CatalogueEntry(code, what=texts["what"], mend=texts["mend"])
    return dict(sorted(entries.items()))


def explain(code: str) -> CatalogueEntry:
    """The catalogue's entry of a code (case-insensitive); KeyError when there is none."""
    return catalogue()[code.strip().upper()]


class _Forgiving(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: a code of the catalogue, the place, and the facts its sentence names.

    Facts are strings, so that a reason goes into the audit log as it is.
    """

    code: str
    where: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """One sentence in the reader's language: what (with the facts filled in), and where."""
        entry = catalogue().get(self.code)
        if entry is None:
            detail = "; ".join(f"{name}: {value}" for name, value in self.facts.items())
            return f"{self.code} {detail}".strip()
        what = entry.what[language].format_map(_Forgiving(self.facts))
        return f"{what} ({self.where})" if self.where else what

    def mend(self, language: Language = "en") -> str:
        """What a person can do about it."""
        entry = catalogue().get(self.code)
        return entry.mend[language].format_map(_Forgiving(self.facts)) if entry else ""

    def to_json(self) -> dict[str, Any]:
        """The reason as plain JSON (for payloads and audit events)."""
        return {"code": self.code, "where": self.where, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        """The inverse of `to_json`."""
        return cls(data["code"], data.get("where", ""), dict(data.get("facts", {})))


class OficioError(Exception):
    """An error that tells what, where, why and how to mend it.

    Args:
        code: a stable code of the catalogue, such as OF203.
        where: file, URL, mailbox, line: where it happened.
        item: id of the work item, when there is one.
        step: the step of the process or of the form, when there is one.
        facts: what the catalogue's sentence names, and whatever else helps (never a secret).
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, code: str, where: str = "", *, item: str | None = None, step: str | None = None, **facts: object
    ):
        self.reason = Reason(code, where, {name: str(value) for name, value in facts.items()})
        self.item = item
        self.step = step
        super().__init__(code, where)

    @property
    def code(self) -> str:
        """The stable code."""
        return self.reason.code

    def __str__(self) -> str:
        return f"{self.code}: {self.reason.text()}"

    def __reduce__(self) -> tuple[Any, ...]:  # errors cross process borders (readers run in child processes)
        return (_rebuild, (type(self), self.reason, self.item, self.step))


def _rebuild(kind: type[OficioError], reason: Reason, item: str | None, step: str | None) -> OficioError:
    error = kind(reason.code, reason.where, item=item, step=step)
    error.reason = reason
    return error


class BusinessException(OficioError):  # noqa: N818 - the field's own term
    """The work itself is at fault: a person decides, never retried."""

    exit_code = 3


class DocumentRefused(BusinessException):
    """A document that cannot be read at all; its bytes are kept."""


class ApplicationException(OficioError):  # noqa: N818 - the field's own term
    """A system is at fault: retried with back-off and jitter, then a person."""


class UncertainOutcome(ApplicationException):
    """It may have been posted or not: look first."""


class ConfigError(OficioError):
    """What operations wrote is wrong; names file, line and what was expected."""

    exit_code = 2


class AuditBroken(OficioError):  # noqa: N818 - a state of the log, as its exit code is
    """The audit log does not verify."""

    exit_code = 4
