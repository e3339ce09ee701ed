"""The intake clerk: takes documents in from mailboxes and watched folders, each exactly once."""

from bots.intake.stage import collect, collect_folder, collect_mail

__all__ = ["collect", "collect_folder", "collect_mail"]
