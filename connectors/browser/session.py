"""One login's session in a system: a browser context with all that steps need, and the save.

Its layers, each of which knows only those before it: `context` (guards, windows), `frames` (documents that come),
`showing` (what is read), `fields` (what is entered and pressed), `windows` (pop-ups and downloads), and here the save.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from config.errors import ApplicationException, OficioError
from connectors.browser.context import PAGE
from connectors.browser.ladder import Ladder
from connectors.browser.submission import Passage, Submission
from connectors.browser.windows import Windows

__all__ = ["Session", "Submission"]


class Session(Windows):
    """A context of one account in a system; see `Context` for its arguments."""

    def submit(
        self,
        frame: str | None,
        ladder: Ladder,
        *,
        loads: str | None,
        redraws: Ladder | None = None,
        done: Ladder | None = None,
        guard: Callable[[], None],
        paths: Sequence[str] = (),
        most: int | None = None,
        submission: Submission,
    ) -> None:
        """Press what saves; each write leaves once.

        Args:
            loads, redraws, done: by what it is seen that the page has saved: a frame's new document, a part drawn anew,
                something that shows then; with none of them, by the write that leaves and the rest that follows.
            guard: called when a write is about to leave; raises when it must not (the lease is gone).
            paths: GET requests that are writes too, as `Save.requests`.
            most: as `Save.writes`.
            submission: filled in as things happen, so that it is known even when this raises.
        """
        passage = Passage(self, guard, paths, submission, most=most)
        self.context.route("**/*", passage.let)
        try:
            with self.redrawn(frame, redraws) if redraws is not None else contextlib.nullcontext():
                self.press(frame, ladder, loads=loads)
            if done is not None:
                self._comes(frame, done)
            self._leaves(frame, passage, by_itself=loads is None)
            self._accepted(submission)
        except OficioError as error:
            passage.over = submission.certainly_not  # what a page sends only now would be known to nobody
            error = self._explained(error)
            if error.code == "OF530":  # what a page says of an answer that never came is no refusal
                error = self._fault(submission, 500) or error
            # The interception stays: taking it away would let a paused request go, a second time. Who gets this error
            # closes the session.
            raise (passage.refused or error) from error
        self.context.unroute_all(behavior="wait")
        if self.dry:
            self.context.route("**/*", self._block_writes)
        if passage.refused is not None:
            raise passage.refused

    def _comes(self, frame: str | None, done: Ladder) -> None:
        """Until the page says that it has saved; what it says instead is the error."""
        deadline = time.monotonic() + self.system.limits.load
        while self.look(frame, [done])[0].rung < 0:
            self.explain()
            if time.monotonic() > deadline:
                raise ApplicationException("OF512", self.page.url, what=done, why="the page does not say that it saved")
            self.page.wait_for_timeout(30)

    def _leaves(self, frame: str | None, passage: Passage, *, by_itself: bool) -> None:
        """Until what the press sends was answered: a page may promise first and send later.

        Args:
            by_itself: the page goes on without a new document, and may say what it thinks of the save.
        """
        deadline = time.monotonic() + min(self.system.limits.step, 5)
        while passage.busy or not passage.seen:
            if not passage.seen and time.monotonic() > deadline:
                passage.submission.asked = 1  # nothing at all: the look will judge
                break
            if by_itself and not passage.seen:
                self.explain()
            self.pages[PAGE].wait_for_timeout(5)
        if by_itself:
            self.rest(frame)
            self.explain()

    def _accepted(self, submission: Submission) -> None:
        """Raise what the network said against the save."""
        if (fault := self._fault(submission, 400)) is not None:
            raise fault

    def _fault(self, submission: Submission, status: int) -> ApplicationException | None:
        """The error of a save that got no answer, or one of this status or worse."""
        if submission.failed:
            return ApplicationException("OF510", self.url, what="save", why=submission.failed)
        if submission.status >= status:
            return ApplicationException("OF511", self.page.url, status=submission.status, shown="")
        return None

    def _explained(self, error: OficioError) -> OficioError:
        """The error that the page's own words make of it."""
        try:
            self.explain()
        except OficioError as told:
            return told
        return error
