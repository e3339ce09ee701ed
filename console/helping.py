"""`--help` in Spanish: the English help that the commands' own texts make, paragraph by paragraph."""

from __future__ import annotations

from typing import Any

from cyclopts.help import DefaultFormatter, HelpPanel, InlineText
from rich.console import Console, ConsoleOptions
from rich.markdown import Markdown
from rich.text import Text

from console.phrases import spanish

__all__ = ["SpanishHelp", "in_spanish", "paragraphs_of"]

USAGE = {"Usage:": "Uso:", "COMMAND": "ORDEN", "[OPTIONS]": "[OPCIONES]", "[ARGS]": "[ARGUMENTOS]"}


class SpanishHelp(DefaultFormatter):
    """cyclopts' own help with each text in Spanish."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """One panel: a list of commands or of parameters."""
        from attrs import evolve

        entries = [evolve(entry, description=_translated(entry.description)) for entry in panel.entries]
        title = in_spanish(panel.title) if isinstance(panel.title, str) else panel.title
        super().__call__(console, options, panel.copy(title=title, entries=entries))

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ARG002 - cyclopts' protocol
        """The line that says how the command is written."""
        text = str(usage) if str(usage).lstrip().startswith("Usage:") else f"Usage: {usage}"
        for word, translated in USAGE.items():
            text = text.replace(word, translated)
        console.print(Text(text, style="bold"))

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """What the command does."""
        super().render_description(console, options, _translated(description))


def in_spanish(text: str) -> str:
    """A text of the help, paragraph by paragraph; one without a translation stays as it is."""
    return "\n\n".join(spanish("help").get(paragraph, paragraph) for paragraph in paragraphs_of(text))


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text, each on one line."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _translated(description: Any) -> Any:
    """The same description in Spanish; what stands behind it (defaults, choices) is kept."""
    if not isinstance(description, InlineText) or not isinstance(description.primary_renderable, Markdown):
        return description
    translated = InlineText(
        Markdown(in_spanish(description.primary_renderable.markup)), force_empty_end=description.force_empty_end
    )
    for text in description.texts:
        translated.append(text)
    return translated
