"""One login's session in a system: a browser context with all that steps need, and the save.

Its layers, each of which knows only those before it: `context` (guards, windows), `frames` (documents that come),
`showing` (what is read), `fields` (what is entered and pressed), `windows` (pop-ups and downloads), and here the save.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from config.errors import OficioError
from connectors.browser.ladder import Ladder
from connectors.browser.submission import Passage, Submission
from connectors.browser.windows import Windows

if TYPE_CHECKING:
    pass

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
        guard: Callable[[], None],
        paths: Sequence[str] = (),
        submission: Submission,
    ) -> None:
        """Press what saves; each write leaves once.

        Args:
            guard: called when a write is about to leave; raises when it must not (the lease is gone).
            paths: GET requests that are writes too, as `Save.requests`.
            submission: filled in as things happen, so that it is known even when this raises.
        """
        passage = Passage(self, guard, paths, submission)
        self.context.route("**/*", passage.let)
        try:
            with self.redrawn(frame, redraws) if redraws is not None else contextlib.nullcontext():
                self.press(frame, ladder, loads=loads)
        except OficioError as error:
            # The interception stays: taking it away would let a paused request go, a second time. Who gets this error
            # closes the session.
            raise (passage.refused or error) from error
        self.context.unroute_all(behavior="wait")
        if self.dry:
            self.context.route("**/*", self._block_writes)
        if passage.refused is not None:
            raise passage.refused
