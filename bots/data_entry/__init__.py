"""Enter work items in a legacy web system, each exactly once, as `config/systems/NAME.yaml` describes it."""

from __future__ import annotations

from bots.data_entry.stage import enter, list_entries, load_system

__all__ = ["enter", "list_entries", "load_system"]
