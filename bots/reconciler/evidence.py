"""What the lines that are still open say: whom they are of, and which items they name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bots.reconciler.desk import Desk, Ints
from bots.reconciler.parties import Directory, agrees
from bots.reconciler.words import squashed

__all__ = ["Evidence", "Mention", "gather", "most_typos", "party_codes"]

_NUMBER = r"\b\p{L}{0,3}\d{7,14}\b"
_STRONG = 6
_HINT = 4
_OWN = 10_000
_MOST_HOMONYMS = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A left row that a line names: `gram` of `length` runs from `start`."""

    item: int
    start: int
    length: int
    gram: str


@dataclass
class Evidence:
    """Of every open right row: possible parties, grams, items named; of items: party; of open ones: reference.

    `hints` are references too short to be trusted in a line that does not say whom it is of: they are no reason to
    accept anything, but one to hesitate; `hints_at` are the same, by item.
    """

    item_party: Ints
    item_ref: dict[int, str]
    item_name: pl.Series
    parties: dict[int, tuple[int, ...]] = field(default_factory=dict)
    grams: dict[int, list[str]] = field(default_factory=dict)
    mentions: dict[int, list[Mention]] = field(default_factory=dict)
    hints: dict[int, list[Mention]] = field(default_factory=dict)
    hints_at: dict[int, list[int]] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)

    def may_be(self, line: int, item: int) -> bool:
        """Whether a line of nobody we know may be of an item's party: it gives no name, or nearly that one."""
        name = self.unknown.get(line, "")
        return not name or agrees(str(self.item_name[item]), name)


def most_typos(ref: str) -> int:
    """How many typing errors a reference may have and still be taken for itself."""
    return 1 if len(ref) < 6 else 2


def party_codes(left: pl.DataFrame) -> tuple[Ints, pl.DataFrame]:
    """A number for every party of the left side: by id, else by squashed name.

    Returns:
        The code of each row, and a table code, key, name.
    """
    nameless = left.lazy().filter(pl.col("party_id").is_null()).select("row", squashed=squashed(pl.col("party")))
    keyed = (
        left.lazy()
        .select("row", "party", "party_id")
        .join(nameless, on="row", how="left", maintain_order="left")
        .select("row", "party", key=pl.coalesce("party_id", "squashed", pl.lit("")))
        .collect()
    )
    table = keyed.group_by("key", maintain_order=True).agg(name=pl.col("party").first()).with_row_index("code")
    codes = keyed.join(table, on="key", how="left", maintain_order="left")["code"]
    return codes.to_numpy().astype(np.int64), table


def gather(desk: Desk, grams: pl.DataFrame, master: pl.DataFrame | None = None) -> Evidence:
    """Identify and search all open lines.

    Args:
        grams: row, start, length, gram of the open right rows.
        master: what is known of parties: party_id, party, iban (strings, may be null).
    """
    codes, table = party_codes(desk.left.items)
    directory = _directory(desk, table, master)
    own = desk.left.items.select(key="iban").with_columns(code=pl.Series(codes))
    directory.learn("iban", own.filter(pl.col("key").str.len_bytes() > 0))
    _learn(desk, directory, codes)
    left = desk.left.open_items().select("row", pl.col("ref").fill_null(""))
    names = desk.left.items["party"].fill_null("")
    evidence = Evidence(codes, dict(left.iter_rows()), names)
    lines = desk.right.open_items()
    by_row = grams.group_by("row", maintain_order=True).agg("gram")
    text_grams = dict(zip(by_row["row"].to_list(), by_row["gram"].to_list(), strict=True))
    evidence.grams = text_grams
    wanted = lines.select("row", pl.col("iban", "party", "text").fill_null(""))
    for row, iban, name, text in wanted.iter_rows():
        evidence.parties[row] = directory.of(iban, name, text, text_grams.get(row, ()))
        if not evidence.parties[row]:
            evidence.unknown[row] = name
    for row, item, start, length, gram, sure in _named(desk, grams, evidence).iter_rows():
        if evidence.may_be(row, item):
            known = evidence.mentions if sure else evidence.hints
            known.setdefault(row, []).append(Mention(item, start, length, gram))
            if not sure:
                evidence.hints_at.setdefault(item, []).append(row)
    for row, mentions in evidence.mentions.items():
        evidence.mentions[row] = _longest(mentions)
    return evidence


def _directory(desk: Desk, table: pl.DataFrame, master: pl.DataFrame | None) -> Directory:
    names = table["name"].fill_null("").to_list()
    by_key = dict(zip(table["key"].to_list(), range(table.height), strict=True))
    known = desk.rules.parties
    aliases = {alias: by_key[key] for alias, key in known.aliases.items() if key in by_key}
    directory = Directory(names, aliases)
    directory.iban.update({iban.replace(" ", ""): by_key[key] for iban, key in known.ibans.items() if key in by_key})
    if master is not None:
        for key, iban in master.select("party_id", "iban").drop_nulls().iter_rows():
            if key in by_key:
                directory.iban.setdefault(iban, by_key[key])
    return directory


def _learn(desk: Desk, directory: Directory, codes: Ints) -> None:
    """IBANs and numbers of the pairs that are certain."""
    if not desk.pairs:
        return
    left = np.concatenate([pair[1] for pair in desk.pairs])
    right = np.concatenate([pair[2] for pair in desk.pairs])
    seen = pl.DataFrame({"row": right, "code": codes[left]}).with_columns(pl.col("row").cast(pl.UInt32))
    lines = desk.right.items.lazy().join(seen.lazy(), on="row")
    ibans = lines.filter(pl.col("iban").str.len_bytes() > 0).select("code", key="iban").collect()
    directory.learn("iban", ibans)
    unknown = (
        desk.right.open_items().lazy().filter(pl.col("iban").fill_null("") == "", pl.col("party").fill_null("") == "")
    )
    wanted = _numbers(unknown).select("key").unique()
    numbers = _numbers(lines).join(wanted, on="key", how="semi").select("code", "key")
    directory.learn("number", numbers.collect(), least=2)


def _numbers(lines: pl.LazyFrame) -> pl.LazyFrame:
    upper = pl.col("text").str.to_uppercase()
    return lines.with_columns(key=upper.str.extract_all(_NUMBER)).explode("key", empty_as_null=False)


def _named(desk: Desk, grams: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """row, item, start, length, gram, sure: references found in texts, of a party that the line may be of."""
    refs = (
        pl.LazyFrame({"gram": desk.left.items["ref"], "code": evidence.item_party})
        .with_row_index("item")
        .filter(pl.col("gram").str.len_bytes() > 0)
    )
    own = (
        desk.right.open_items()
        .lazy()
        .filter(pl.col("ref").str.len_bytes() > 0)
        .select("row", start=pl.lit(_OWN, pl.Int16), length=pl.lit(1, pl.Int16), gram="ref")
    )
    known = pl.concat([grams.lazy(), own]).join(refs.select("gram").unique(), on="gram", how="semi").collect().lazy()
    parties = [(row, code) for row, codes in evidence.parties.items() for code in codes]
    nobody = [row for row, codes in evidence.parties.items() if not codes]
    whose = pl.LazyFrame(parties, schema={"row": pl.UInt32, "code": pl.Int64}, orient="row")
    sure = known.join(whose, on="row").join(refs, on=["gram", "code"])
    homonyms = refs.filter(pl.len().over("gram") <= _MOST_HOMONYMS)
    guessed = (
        known.filter(pl.col("gram").str.len_bytes() >= _HINT)
        .join(pl.LazyFrame({"row": nobody}, schema={"row": pl.UInt32}), on="row")
        .join(homonyms, on="gram")
        .with_columns(sure=(pl.col("gram").str.len_bytes() >= _STRONG) | (pl.col("start") == _OWN))
    )
    columns = ("row", "item", "start", "length", "gram", "sure")
    sure = sure.with_columns(sure=pl.lit(value=True))
    return pl.concat([sure.select(columns), guessed.select(columns)]).sort(columns).collect()


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions of which none lies inside a longer one; an item once."""
    kept: dict[int, Mention] = {}
    spans = [(m.start, m.start + m.length) for m in mentions]
    for mention in mentions:
        start, end = mention.start, mention.start + mention.length
        inside = any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans)
        if not inside:
            kept.setdefault(mention.item, mention)
    return list(kept.values())
