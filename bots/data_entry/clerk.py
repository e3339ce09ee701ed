"""One robot at one account: its session with the system, opened anew when it must be."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bots.data_entry import accounts
from bots.data_entry.accounts import Seat
from bots.data_entry.login import log_in
from bots.office import Office
from config.errors import ApplicationException
from config.systems import Form, System
from connectors.browser.page_rules import origin_of
from connectors.browser.session import Session
from records import Where

__all__ = ["Clerk"]

Opened = Callable[[], Session]
_AGAIN = Retrying(
    retry=retry_if_exception(lambda error: isinstance(error, ApplicationException) and error.code == "OF510"),
    stop=stop_after_attempt(3), wait=wait_random_exponential(0.5, max=2), reraise=True,
)  # fmt: skip
"""A system that answers nobody for a moment, as while it restarts."""


@dataclass
class Clerk:
    """One robot at one account, for one form.

    Attributes:
        name: of the system.
        form_name, form: what is entered.
        opened: makes a new session (context), not yet logged in.
        worker: names this robot in leases; `clerks` of one process differ.
    """

    office: Office
    name: str
    system: System
    form_name: str
    form: Form
    seat: Seat
    opened: Opened
    worker: str
    session: Session | None = None
    done_here: int = 0
    rungs: dict[str, int] = field(default_factory=dict)
    writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="evidence"))

    def log_in(self) -> Session:
        """A new session; the one before is closed, and ended by the system where it allows one alone.

        Raises:
            ApplicationException: OF510, the system cannot be reached, also after a moment; others as `login.log_in`.
        """
        return _AGAIN(self._log_in)

    def _log_in(self) -> Session:
        self.close()
        accounts.keep_seat(self.office, self.seat, self.system, now=True)
        self.session = session = self.opened()
        self.done_here = 0
        log_in(session, self.system, self.seat, lambda: accounts.keep_seat(self.office, self.seat, self.system))
        accounts.keep_seat(self.office, self.seat, self.system, now=True)
        return session

    def ready_session(self) -> Session:
        """The session that is open; a new one at first and after so many items."""
        if self.session is None or self.done_here >= self.system.limits.items_per_context:
            return self.log_in()
        return self.session

    def close(self) -> None:
        """Close the session."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def end(self) -> None:
        """Close the session and let the writers of evidence finish."""
        self.close()
        self.writers.shutdown()

    def where(self) -> Where:
        """Where this robot works now, for events."""
        return Where(self.name, origin_of(self.session.url) if self.session is not None else "", self.form_name)
