"""The reader's stage: take received documents, read each in a child process with limits, and keep what was read."""

from __future__ import annotations
