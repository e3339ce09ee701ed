"""What tells a save from the posts that only draw the next page is what each save sends: no token of this one page."""

from __future__ import annotations

import pytest

from bots.recorder.problems import Findings
from bots.recorder.saving import drafts_of
from connectors.browser.recorded import Action, Write


def _posted(*bodies: str) -> list[Action]:
    return [Action("press", writes=(Write("POST", "/Entry.aspx", body),)) for body in bodies]


@pytest.mark.parametrize(
    ("before", "save", "mark"),
    [
        (["__VIEWSTATE=aa1&btnAdd=Add", "__VIEWSTATE=aa2&btnAdd=Add"], "__VIEWSTATE=aa3&btnSave=Save", "btnSave=Save"),
        (["t=3fb2a91c77d0e4aa&op=line"], "t=9cc1a91c77d0e4ab&op=save", "op=save"),
        (["op=line&no=1"], "op=save&no=1&paper=A4", "op=save"),
        (["csrf_token=x&no=1"], "csrf_token=y&no=1", ""),
    ],
)
def test_the_mark(before: list[str], save: str, mark: str) -> None:
    findings = Findings()
    drafts = drafts_of(_posted(*before), _posted(save)[0], findings)
    assert drafts == ([{"path": "/Entry.aspx", "without": mark}] if mark else [])
    assert [note.code for note in findings.notes] == ([] if mark else ["OF584"])
