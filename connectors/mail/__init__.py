"""Mail: an IMAP mailbox behind a small port, and hostile MIME taken apart within limits."""

from connectors.mail.headers import Authentication, MailHeader, domain_of, read_header
from connectors.mail.limits import Limits
from connectors.mail.unpack import Contents, Part, unpack, unpack_file

__all__ = [
    "Authentication",
    "Contents",
    "Limits",
    "MailHeader",
    "Part",
    "domain_of",
    "read_header",
    "unpack",
    "unpack_file",
]
