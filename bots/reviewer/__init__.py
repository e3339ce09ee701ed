"""What a person's decision does to the work: accepted, corrected, rejected or postponed, with every rule kept."""

from bots.reviewer.decide import decide, find_task, retry

__all__ = ["decide", "find_task", "retry"]
