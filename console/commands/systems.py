"""`oficio systems`: check a legacy system's description, and try a form without saving."""

from __future__ import annotations

from pathlib import Path

import cyclopts
from rich.markup import escape
from rich.table import Table

from bots.data_entry.entries import read_records
from bots.data_entry.replaying import compare_pages
from bots.data_entry.trying import Trial, check_system
from console.words import err, out, print_error_reason, print_json
from flows.desk import open_office

__all__ = ["app", "print_trial"]

app = cyclopts.App(name="systems", help="Check, try and record legacy systems.")
app.command("console.commands.systems_record:record", name="record")


@app.command
def check(
    name: str,
    /,
    *,
    form: str | None = None,
    sample: Path | None = None,
    har: Path | None = None,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Check a description: schema, login, lists; with a sample record its form too, filled and not saved.

    Args:
        name: of config/systems/NAME.yaml.
        form: which form; the first when left out.
        sample: a JSON file with one record: its form is filled, the save is pressed with its request blocked.
        har: keep the pages in this file, for `oficio systems replay` when they have changed.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all is found, 1 when something is not.
    """
    record = read_records(sample, {})[0] if sample else None
    with open_office(home, config, flow="systems") as office:
        trial = check_system(office, name, form, record, har, sample.parent if sample else Path())
    if json:
        print_json(trial.to_json())
    else:
        print_trial(trial)
    return 1 if trial.problem or trial.saved else 0


@app.command
def replay(
    name: str,
    /,
    *,
    form: str,
    input: Path,
    har: Path,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Fill a form on recorded pages and on today's, and tell what differs; nothing is saved.

    Args:
        name: of config/systems/NAME.yaml.
        form: of the system.
        input: a JSON file with the record that was used when the pages were recorded.
        har: the pages, as `oficio systems check NAME --form FORM --sample FILE --har HAR` kept them.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when nothing that matters differs, 1 when something does.
    """
    record = read_records(input, {})[0]
    with open_office(home, config, flow="systems") as office:
        compared = compare_pages(office, name, form, record, har)
    if json:
        print_json(compared.to_json())
        return 0 if compared.same else 1
    for difference in compared.differences:
        out.print(f"[yellow]![/] {difference.what}")
        out.print(f"  [dim]recorded[/]  {difference.recorded}\n  [dim]today[/]     {difference.now}")
    for title, reason in (("on the recorded pages", compared.recorded_problem), ("today", compared.problem)):
        if reason is not None:
            err.print(f"stopped {title}:")
            print_error_reason(reason)
    if compared.same:
        out.print(f"[green]✓[/] {compared.steps} steps find the same on the recorded pages and today")
    return 0 if compared.same else 1


def print_trial(trial: Trial) -> None:
    """What was done, a line each; every field with the rung that found it; then what needs a look, and the proof."""
    steps = Table("", "step", "result", box=None, header_style="bold", pad_edge=False)
    for what, detail in trial.steps:
        steps.add_row("[green]✓[/]", what, escape(detail))
    out.print(steps)
    if trial.rungs:
        fields = Table("", "field", "found by", "ladder", box=None, header_style="bold", pad_edge=False)
        for locator, rung in trial.rungs.items():
            rungs = locator.split(" / ")
            mark = "[yellow]![/]" if locator in trial.drift else "[green]✓[/]"
            kind, _, text = rungs[rung].partition(" ")
            fields.add_row(mark, escape(text), kind, f"rung {rung + 1} of {len(rungs)}")
        out.print(fields)
    for warning in trial.warnings:
        out.print(f"[yellow]![/] {escape(warning)}")
    for locator in trial.drift:
        out.print(f"[yellow]![/] drift: {escape(locator)} is found by a lower rung than last time")
    for request in trial.writes:
        out.print(f"[dim]  let through    {escape(request)}[/]")
    for request in trial.blocked:
        out.print(f"[dim]  blocked        {escape(request)}[/]")
    if trial.saved:
        err.print("[bold red]something was saved[/]: the form sends what it saves before its save step")
    if trial.problem is not None:
        print_error_reason(trial.problem)
    if trial.picture is not None:
        err.print(f"the page as it was then: {trial.picture}", soft_wrap=True)
