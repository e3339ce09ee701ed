"""A robot in a process of its own, for tests that kill it: `python -m tests.entering.robot FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from bots.data_entry import enter
from tests.entering.offices import open_office


def main(folder: str) -> None:
    with (office := open_office(Path(folder))).records:
        enter(office, "demo")


if __name__ == "__main__":
    main(sys.argv[1])
