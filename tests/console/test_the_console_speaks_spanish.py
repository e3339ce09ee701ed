"""Everything that the commands say of themselves is there in Spanish, and who has a Spanish terminal sees it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import cyclopts
import pytest
from cyclopts.help import DefaultFormatter, HelpPanel, InlineText
from rich.console import Console, ConsoleOptions
from rich.markdown import Markdown

from console.helping import paragraphs_of
from console.main import EPILOGUE, app, main
from console.phrases import spanish
from console.words import spoken


class Listener(DefaultFormatter):
    """Keeps what the help says."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: set[str] = set(paragraphs_of(EPILOGUE))

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        self.heard.add(str(panel.title))
        for entry in panel.entries:
            self.hear(entry.description)

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        self.hear(description)

    def hear(self, description: Any) -> None:
        if isinstance(description, InlineText) and isinstance(description.primary_renderable, Markdown):
            self.heard.update(paragraphs_of(description.primary_renderable.markup))


def commands(under: cyclopts.App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name in under:
        if not name.startswith("-"):
            yield from commands(under[name], (*path, name))


def test_every_text_of_the_help_has_its_spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener()
    monkeypatch.setattr(app, "help_formatter", listener)
    for path in commands(app):
        app.help_print(list(path), console=Console(file=StringIO()))
    assert len(listener.heard) > 100
    assert listener.heard == spanish("help").keys()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C", "OFICIO_LANGUAGE": "es"}, "es"),
        ({}, "en"),
    ],
)
def test_the_terminal_says_which_language(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OFICIO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken() == language


def test_help_and_errors_are_in_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFICIO_LANGUAGE", "es")
    monkeypatch.setattr(app, "help_formatter", None)  # put back at the end, with the epilogue
    monkeypatch.setattr(app, "help_epilogue", EPILOGUE)
    with pytest.raises(SystemExit) as ended:
        main(["review", "accept", "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "Uso: oficio review accept" in shown
    assert "Acepta un expediente como está." in shown
    assert "Códigos de salida" in shown
    with pytest.raises(SystemExit) as ended:
        main(["explain", "OF999"])
    assert ended.value.code == 2
    assert "Unknown" not in capsys.readouterr().err
