"""The report as one HTML page: no script, nothing loaded, evidence linked."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from bots.auditor.report import Report
from bots.auditor.story import Chapter, Life

__all__ = ["to_html"]

_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin-bottom:1.5rem}
td,th{padding:.3rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid #ddd;overflow-wrap:break-word}
th,small,dt{color:#555}th{font-weight:600}td:first-child,td:nth-child(2){white-space:nowrap}td:nth-child(3){overflow-wrap:anywhere}
code{font-size:12px;overflow-wrap:anywhere}dd{margin:0 0 .4rem}h2{margin:2rem 0 .4rem;font-size:1.1rem}
@media print{h2{break-after:avoid}tr{break-inside:avoid}}
"""


def to_html(report: Report) -> str:
    """The page; every text is escaped."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    words = report.words
    yield f'<!doctype html><html lang="{report.language}"><meta charset="utf-8"><title>{words.title}</title>'
    yield f"<style>{_STYLE}</style><h1>{words.title}</h1><p>{escape(report.scope)}</p><dl>"
    for name, value in report.facts:
        yield f"<dt>{name}<dd><code>{escape(value)}</code>"
    yield f"</dl><h2>{words.contents}</h2><table><tr><th>{words.item}<th>{words.process}<th>{words.key}"
    yield f"<th>{words.state}<th>{words.events}<th>{words.persons}</tr>"
    for life in report.lives:
        if life.item:
            cells = (
                life.process,
                life.number or life.key,
                life.state,
                str(len(life.chapters)),
                ", ".join(life.persons),
            )
            rest = "".join(f"<td>{escape(cell)}" for cell in cells)
            yield f'<tr><td><a href="#{escape(life.item)}"><code>{escape(life.item)}</code></a>{rest}</tr>'
    yield "</table>"
    for life in report.lives:
        yield from _life(life, report)
    if report.absent:
        yield f"<h2>{words.absent}</h2><ul>"
        yield from (f"<li><code>{escape(sha256)}</code>" for sha256 in report.absent)
        yield "</ul>"


def _life(life: Life, report: Report) -> Iterator[str]:
    words = report.words
    yield f'<h2 id="{escape(life.item)}">{escape(life.title or words.rest)}</h2>'
    yield f"<table><tr><th>{words.event}<th>{words.when}<th>{words.who}<th>{words.what}</tr>"
    for chapter in life.chapters:
        yield _row(chapter, frozenset(report.absent))
    yield "</table>"


def _row(chapter: Chapter, absent: frozenset[str]) -> str:
    details = "".join(f"<br><small>{escape(line)}</small>" for line in chapter.details)
    files = " · ".join(
        escape(kind) if sha256 in absent else f'<a href="evidence/{escape(sha256)}">{escape(kind)}</a>'
        for kind, sha256 in chapter.files
    )
    shown = f"<br><small>{files}</small>" if files else ""
    when = f"{chapter.at:%Y-%m-%d %H:%M:%S}"
    return f"<tr><td>{chapter.seq}<td>{when}<td>{escape(chapter.who)}<td>{escape(chapter.what)}{details}{shown}</tr>"
