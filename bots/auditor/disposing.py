"""Documents whose time is over go; nothing before (see `records.retention`)."""

from __future__ import annotations

from collections import Counter

from bots.office import Office, StageReport
from records.retention import dispose, read_rules

__all__ = ["dispose_expired"]


def dispose_expired(office: Office) -> StageReport:
    """Remove what `config/retention.yaml` no longer keeps; without that file nothing goes.

    Raises:
        ConfigError: the file is not as it should be.
    """
    path = office.settings.directory / "retention.yaml"
    if not path.is_file():
        return StageReport("dispose")
    today = office.now().date()
    gone = dispose(office.records, read_rules(path), office.settings.office.country, today=today)
    return StageReport("dispose", +Counter({"removed": len(gone)}))
