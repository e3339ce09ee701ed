"""The auditor: signs the log, hands its heads out, inspects the office at night, tells a work item's whole life."""

from bots.auditor.anchoring import heads_folder, kept_heads, lateness
from bots.auditor.disposing import dispose_expired
from bots.auditor.inspecting import inspect
from bots.auditor.reporting import export_bundle
from bots.auditor.sealing import seal
from bots.auditor.story import Chapter, story

__all__ = [
    "Chapter",
    "dispose_expired",
    "export_bundle",
    "heads_folder",
    "inspect",
    "kept_heads",
    "lateness",
    "seal",
    "story",
]
