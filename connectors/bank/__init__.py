"""Bank files: statements and their entries, whatever the bank's format; sniffed by bytes, read by our own readers."""

from connectors.bank.archive import is_plain_archive
from connectors.bank.frame import to_frame
from connectors.bank.model import BankFile, Detail, Entry, Statement
from connectors.bank.reading import read
from connectors.bank.sniffing import BankFormat, sniff

__all__ = ["BankFile", "BankFormat", "Detail", "Entry", "Statement", "is_plain_archive", "read", "sniff", "to_frame"]
