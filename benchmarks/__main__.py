"""`python -m benchmarks`: the short forms of the tables, one after the other; 1 when any of them fails."""

from __future__ import annotations

import subprocess
import sys

SHORT = (
    ("reading",),
    ("figures",),
    ("reconciling",),
    ("records", "--events", "100000"),
    ("intake", "--mails", "200"),
    ("crash", "--random", "5", "--invoices", "2"),
)


def main() -> int:
    """Run each in a process of its own."""
    failed = []
    for name, *arguments in SHORT:
        print(f"== {name} {' '.join(arguments)}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False).returncode:
            failed.append(name)
    if failed:
        print("failed:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
