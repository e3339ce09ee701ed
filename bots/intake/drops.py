"""A look into a watched folder: complete files are claimed, archived, become work, and are put where they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from bots.intake.filing import Arrival, FiledPaper, archive_papers, file_papers
from bots.intake.papers import Paper, Sorted, sort_file
from bots.intake.turns import Turn, lost
from bots.office import Office, StageReport
from config import crashpoints
from config.errors import ApplicationException, OficioError, Reason
from config.settings import WatchedFolder
from connectors.file_type import file_type
from connectors.folders import Claimed, DropFolder, Dropped, End
from connectors.mail import Limits, unpack_file
from records import DocumentRef, Transaction, WorkItem, audit, work_items
from records.values import Where

__all__ = ["Look"]


class Look:
    """One look into one folder, by the one who has the turn."""

    def __init__(
        self, office: Office, folder: WatchedFolder, drops: DropFolder, turn: Turn, report: StageReport, limits: Limits
    ):
        self.office = office
        self.folder = folder
        self.drops = drops
        self.turn = turn
        self.report = report
        self.limits = limits

    def collect(self, limit: int | None, *, wait: bool) -> None:
        """Take in what is complete; first what a killed intake had claimed.

        Args:
            limit: at most so many files.
            wait: wait once, for as long as files need to settle, when some were changed just now.
        """
        claimed = self.drops.unfinished()[:limit]
        for one in claimed:
            self._attempt(partial(_as_it_is, one))
        left = None if limit is None else limit - len(claimed)
        found = self.drops.scan()
        waiting = [dropped for dropped in found if not self.drops.ready(dropped, time.time())]
        if waiting and wait:
            threading.Event().wait(self.drops.settle)
            found = self.drops.scan()
            waiting = [dropped for dropped in found if not self.drops.ready(dropped, time.time())]
        for dropped in [one for one in found if one not in waiting][:left]:
            self._attempt(partial(self._claim, dropped))
        if waiting:
            self.report.outcomes["waiting"] += len(waiting)

    def _claim(self, dropped: Dropped) -> Claimed | None:
        claimed = self.drops.claim(dropped)
        if claimed is not None:
            crashpoints.reach("folder.claimed")
        return claimed

    def _attempt(self, claim: Callable[[], Claimed | None]) -> None:
        """Take one file; one that cannot be taken now stays where it is and is tried again at the next look."""
        try:
            claimed = claim()
            if claimed is not None:
                self._take(claimed)
        except ApplicationException as error:
            if error.code != "OF341":
                raise
            self.office.log.warning("%s", error)
            self.report.outcomes["not taken"] += 1

    def _take(self, claimed: Claimed) -> None:
        with self.office.records.read() as tx:
            filed = self._items_of(tx, claimed)
        if not filed:
            filed = self._enter(claimed)
        crashpoints.reach("folder.committed")
        reason = next((item.reason for item in filed if item.reason is not None), None)
        if filed:
            self.drops.finish(claimed, _end(filed), reason.to_json() | {"text": reason.text()} if reason else None)
        self.office.progress(self.report.stage, self.report.total, None, claimed.name)

    def _enter(self, claimed: Claimed) -> list[WorkItem]:
        data = self.drops.read(claimed, self.limits.fetch_bytes)
        if data is None:
            self._refuse(claimed)
            return []
        archive = self.office.records.archive
        sha256 = archive.put(data)
        crashpoints.reach("folder.archived")
        papers = archive_papers(archive, self._open(claimed, data).papers)
        arrival = self._arrival(claimed, sha256, len(data))
        try:
            return self._commit(claimed, arrival, papers)
        except Exception as error:
            if isinstance(error, ApplicationException) or (isinstance(error, OficioError) and lost(error)):
                raise  # the database is at fault, or it is another intake's turn: the file is not to blame
            return self._commit(claimed, arrival, archive_papers(archive, self._defect(claimed, error).papers))

    def _commit(self, claimed: Claimed, arrival: Arrival, papers: Sequence[FiledPaper]) -> list[WorkItem]:
        with self.office.records.begin() as tx:
            self.turn.fence(tx)
            self._note(tx, claimed, "file.received", None, [DocumentRef(arrival.sha256, "file")])
            outcomes = file_papers(tx, arrival, papers)
            filed = self._items_of(tx, claimed)
        self.report.outcomes.update(outcomes)
        return filed

    def _open(self, claimed: Claimed, data: bytes) -> Sorted:
        try:
            contents = unpack_file(claimed.name, data, self.limits)
            return sort_file(contents, claimed.name, file_type(data))
        except Exception as error:  # noqa: BLE001 - the file's boundary: a defect of ours must keep no other file out
            return self._defect(claimed, error)

    def _defect(self, claimed: Claimed, error: Exception) -> Sorted:
        self.office.log.error("%s: a defect", claimed.name, exc_info=error)
        return Sorted((Paper(None, Reason("OF322", "", {"why": type(error).__name__})),))

    def _refuse(self, claimed: Claimed) -> None:
        """Put aside what cannot be archived at all: a link, a pipe, a file larger than is taken."""
        status = claimed.path.lstat()
        facts = {"name": claimed.name, "size": str(status.st_size), "limit": str(self.limits.fetch_bytes)}
        reason = Reason("OF311" if status.st_size > self.limits.fetch_bytes else "OF342", claimed.name, facts)
        with self.office.records.begin() as tx:
            self.turn.fence(tx)
            self._note(tx, claimed, "file.refused", reason, [])
        self.drops.finish(claimed, "Failed", reason.to_json() | {"text": reason.text()})
        self.report.outcomes["refused"] += 1

    def _items_of(self, tx: Transaction, claimed: Claimed) -> list[WorkItem]:
        return work_items.find(tx, tags={"drop": self._drop(claimed)})

    def _drop(self, claimed: Claimed) -> str:
        return f"{self.folder.name}/{claimed.id}"

    def _note(
        self, tx: Transaction, claimed: Claimed, action: str, reason: Reason | None, refs: list[DocumentRef]
    ) -> None:
        audit.append(
            tx,
            action=action,
            documents=refs,
            where=Where("folder", self.folder.name),
            after={"drop": claimed.id, "name": claimed.name},
            outcome="refused" if reason else "ok",
            reason=reason,
        )

    def _arrival(self, claimed: Claimed, sha256: str, size: int) -> Arrival:
        return Arrival(
            source="folder",
            id=self._drop(claimed),
            sha256=sha256,
            role="file",
            size=size,
            media_type="application/octet-stream",
            name=claimed.name,
            place={"folder": self.folder.name, "drop": claimed.id, "name": claimed.name},
            facts={"source": "folder", "folder": self.folder.name, "received": self.office.now().isoformat()},
            tags={"drop": self._drop(claimed)},
        )


def _as_it_is(claimed: Claimed) -> Claimed:
    return claimed


def _end(filed: list[WorkItem]) -> End:
    states = {item.state for item in filed}
    if states == {"duplicate"}:
        return "Duplicates"
    return "Failed" if states <= {"review", "duplicate", "failed"} else "Done"
