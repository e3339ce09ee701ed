"""This process, Playwright's driver and the browser: their memory and CPU time, as Linux counts them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cpu_seconds", "memory"]

_TICKS = os.sysconf("SC_CLK_TCK")


def memory() -> dict[str, int]:
    """Bytes of this process (resident), of the drivers and browsers (proportional: shared pages count once)."""
    found = {"python": _held(os.getpid(), "Rss"), "driver": 0, "browser": 0}
    for pid, name in _tree().items():
        if pid != os.getpid() and "python" not in name:
            found["driver" if "MainThread" in name else "browser"] += _held(pid, "Pss")
    return found


def cpu_seconds() -> float:
    """CPU seconds of this process and all that it has started, those that have ended too."""
    return sum(_spent(pid) for pid in _tree())


def _tree() -> dict[int, str]:
    """Name by process id: this process and its descendants."""
    names, parents = {}, {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (stat := _stat(int(path.name))):
            names[int(path.name)] = stat[0]
            parents[int(path.name)] = int(stat[2])
    return {pid: name for pid, name in names.items() if _is_ours(pid, parents)}


def _is_ours(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False


def _stat(pid: int) -> list[str]:
    """Name, state, parent and so on, as in proc(5); empty when it has just ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return []
    name, _, rest = text.partition("(")[2].rpartition(")")
    return [name, *rest.split()]


def _spent(pid: int) -> float:
    stat = _stat(pid)
    return sum(map(int, stat[12:16])) / _TICKS if stat else 0.0


def _held(pid: int, kind: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{kind}:")), 0)
