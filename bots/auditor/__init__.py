"""The auditor: signs the log, hands its heads out, and tells a work item's whole life."""

from bots.auditor.reporting import export_bundle
from bots.auditor.sealing import heads_folder, kept_heads, lateness, seal
from bots.auditor.story import Chapter, story

__all__ = ["Chapter", "export_bundle", "heads_folder", "kept_heads", "lateness", "seal", "story"]
