"""What a report says, whatever it is printed on: its head, the lives of its work items, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from bots.auditor.story import Life, lives
from bots.auditor.words import ReportWords, report_words
from config.errors import Language
from records.export import Bundle

__all__ = ["Report", "report_of"]


@dataclass(frozen=True, slots=True)
class Report:
    """A bundle in words.

    Attributes:
        scope: how many events of how many, of which time.
        facts: name and value of what a verifier needs.
        lives: the work items, and last the events of none.
        absent: SHA-256 of files that the events name and the bundle has not.
    """

    language: Language
    words: ReportWords
    scope: str
    facts: tuple[tuple[str, str], ...]
    lives: tuple[Life, ...]
    absent: tuple[str, ...]


def report_of(bundle: Bundle, key: str, language: Language) -> Report:
    """The report of a bundle of the log with that key."""
    words, told = report_words(language), tuple(lives(bundle.events, language))
    moments = [f"{event.at:%Y-%m-%d %H:%M}" for event in bundle.events] or ["-"]
    scope = words.scope.format(
        events=len(bundle.events), size=bundle.size, items=sum(1 for life in told if life.item),
        first=min(moments), last=max(moments),
    )  # fmt: skip
    facts = ((words.log, key), (words.root, bundle.root), (words.verify, f"python verify.py . --key '{key}'"))
    return Report(language, words, scope, facts, told, bundle.absent)
