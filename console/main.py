"""The command line `oficio`: words for people; each command is imported only when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import cyclopts

from config.errors import OficioError
from console.words import print_error, spoken

__all__ = ["app", "main"]

EPILOGUE = (
    "Exit codes: 0 done, 1 a system failed, 2 usage or configuration, 3 exceptions left for people, "
    "4 the audit log is broken."
)
app = cyclopts.App(
    name="oficio",
    help="The back office that works by itself, and can prove it.",
    help_epilogue=EPILOGUE,
    version=lambda: _version(),
    result_action="return_value",
)

COMMANDS = {
    "demo": ("console.commands.demo:demo", "Run the whole job on a small company, offline."),
    "run": ("console.commands.run:run", "Run a process once, without any server."),
    "up": ("console.commands.up:up", "Start a local Prefect server and serve the schedules."),
    "watch": ("console.commands.watch:watch", "Watch mailboxes and folders, and work as things arrive."),
    "queue": ("console.commands.queue:queue", "Show work items: how many in each state, and which."),
    "review": ("console.commands.review:app", "List and decide what the bots are not sure of."),
    "read": ("console.commands.read:read", "Read invoices and print what was read, and why."),
    "enter": ("console.commands.enter:enter", "Enter records of a file in a legacy system, each once."),
    "systems": ("console.commands.systems:app", "Check, try and record legacy systems."),
    "reconcile": ("console.commands.reconcile:app", "Match two spreadsheets, ledgers or bank files."),
    "bank": ("console.commands.bank:bank", "Print the statements of a bank file."),
    "audit": ("console.commands.audit:app", "Verify, show and export the audit log."),
    "privacy": ("console.commands.privacy:app", "Forget a person's sealed values."),
    "backup": ("console.commands.backup:backup", "Back the office up while it works, and verify the copy."),
    "restore": ("console.commands.backup:restore", "Make a new home out of a backup."),
    "secrets": ("console.commands.secrets:app", "Store the passwords that config/ names."),
    "doctor": ("console.commands.doctor:doctor", "Check everything the office needs, with the mend."),
    "explain": ("console.commands.explain:explain", "Explain an error code."),
}
"""Every command: where it lives, and its line of help (given here so that `--help` imports none of them)."""

for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; our own errors are one red line, any other its traceback."""
    if spoken() == "es":
        from console.helping import SpanishHelp, in_spanish

        app.help_formatter, app.help_epilogue = SpanishHelp(), in_spanish(EPILOGUE)
    try:
        code = app(list(arguments) if arguments is not None else None, exit_on_error=False)
    except cyclopts.CycloptsError:  # already printed, with the usage
        sys.exit(2)
    except OficioError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _version() -> str:
    from importlib.metadata import version

    return version("oficio")
