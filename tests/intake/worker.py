"""One intake in its own process, to be killed: `python -m tests.intake.worker HOME mail PORT` or `HOME folder PATH`."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from bots.intake.stage import collect_folder, collect_mail, retries
from config.settings import Mailbox, WatchedFolder
from tests.intake.conftest import open_office
from tests.intake.dovecot import PASSWORD


def main(home: Path, kind: str, where: str) -> None:
    """Collect until nothing is left; another intake at the same place is no reason to end."""
    with open_office(home, worker=os.environ.get("WORKER", "")) as office:
        while True:
            if kind == "mail":
                box = Mailbox(
                    name="office", host="127.0.0.1", port=int(where), tls="none", user="bot", secret="mailbox-office",
                    done=os.environ.get("DONE", "keyword"), done_to=os.environ.get("DONE_TO", "Oficio"),
                )  # fmt: skip
                report = collect_mail(office, box, password=lambda: PASSWORD, trying=retries(6, longest=0.05))
            else:
                folder = WatchedFolder(name="inbox", path=Path(where), settle_seconds=0)
                report = collect_folder(office, folder)
            print(dict(report.outcomes), flush=True)
            if not report.outcomes:
                return
            if report.outcomes["busy"]:
                threading.Event().wait(0.05)  # the other intake has the turn


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
