"""Erasure that the tree survives, and retention before whose end nothing goes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.errors import ConfigError, OficioError
from records import Actor, DocumentRef, Evidence, Records, audit, documents, work_items
from records.privacy import erase, is_sealed, pseudonym, reveal, seal
from records.replay import compare
from records.retention import Hold, dispose, keep_until, read_rules
from tests.records.conftest import Clock

RULES = read_rules(Path(__file__).parents[2] / "config" / "retention.yaml")


def test_a_sealed_value_is_read_until_it_is_erased_and_the_log_verifies_before_and_after(records: Records) -> None:
    name = {"name": "Ana Núñez", "iban": "ES91 2100"}
    with records.begin() as tx:
        audit.append(tx, action="x", after={"payee": seal(records, "ana@example.es", name)})
    head = records.log.checkpoint()
    with records.read() as tx:
        stored = audit.read(tx)[0]
    assert b"Ana" not in stored.bytes
    assert is_sealed(stored.body["after"]["payee"])
    assert not is_sealed({"sealed": 1})
    assert reveal(records, stored.body["after"]["payee"]) == name
    gone = erase(records, " ANA@example.es", ground="GDPR art. 17")
    assert (gone.subject, gone.known) == (pseudonym(records, "ana@example.es"), True)
    with pytest.raises(OficioError, match="OF728"):
        reveal(records, stored.body["after"]["payee"])
    assert records.log.verify([head.note]).ok
    with records.read() as tx:
        tombstone = audit.read(tx)[-1]
    assert tombstone.action == "privacy.erased"
    assert "ana" not in tombstone.bytes.decode()


def test_other_people_are_not_forgotten_with_one(records: Records) -> None:
    kept, gone = seal(records, "bob", "1"), seal(records, "ann", "1")
    assert kept["sealed"]["commitment"] != gone["sealed"]["commitment"]
    erase(records, "ann", ground="asked")
    assert not erase(records, "ann", ground="asked again").known
    assert reveal(records, kept) == "1"


def test_a_changed_sealed_value_is_told(records: Records) -> None:
    sealed = seal(records, "bob", "1")
    sealed["sealed"]["nonce"] = "00" * 12
    with pytest.raises(OficioError, match="OF720"):
        reveal(records, sealed)


def test_spain_keeps_invoices_six_years_and_tax_records_four() -> None:
    assert keep_until(RULES, "ES", "invoice", date(2026, 3, 2)) == date(2032, 12, 31)
    assert keep_until(RULES, "ES", "tax record", date(2026, 3, 2)) == date(2030, 12, 31)
    with pytest.raises(ConfigError, match="OF729"):
        keep_until(RULES, "XX", "invoice", date(2026, 3, 2))


def test_nothing_goes_before_its_time_nor_under_a_hold_nor_from_open_work(records: Records, clock: Clock) -> None:
    clock.moment = datetime(2026, 3, 2, tzinfo=UTC)
    names = [records.archive.put(text) for text in (b"done", b"held", b"held by its item", b"open", b"a mail")]
    done, held, by_item, _, mail = names
    with records.begin() as tx:
        for number, sha256 in enumerate(names):
            documents.add(tx, sha256, name="a", media_type="text/plain", size=4, source="folder", place={})
            if sha256 != mail:
                refs = [DocumentRef(sha256)]
                item = work_items.create(tx, process="invoices", payload={}, documents=refs, key=f"k{number}")
                if number < 3:
                    work_items.move(tx, item, "rejected", action="x", actor=Actor("bot", "checker"))
    holds = (Hold(name="lawsuit", documents=frozenset({held}), items=frozenset({"k2"})),)
    rules = RULES.model_copy(update={"holds": holds})
    assert dispose(records, rules, "XX", today=date(2099, 1, 1)) == []
    assert dispose(records, rules, "ES", today=date(2032, 12, 31)) == []
    assert dispose(records, rules, "ES", today=date(2033, 1, 1)) == sorted([done, mail])
    assert [records.archive.has(name) for name in names] == [False, True, True, True, False]
    assert dispose(records, RULES, "ES", today=date(2033, 1, 1)) == sorted([held, by_item])
    assert records.log.verify().ok
    assert compare(records) == []


def test_a_document_of_two_classes_is_kept_as_long_as_the_longer(records: Records, clock: Clock) -> None:
    clock.moment = datetime(2026, 3, 2, tzinfo=UTC)
    rules = RULES.model_copy(update={"processes": {"invoices": "tax record"}})
    name = records.archive.put(b"both")
    with records.begin() as tx:
        documents.add(tx, name, name="a", media_type="text/plain", size=4, source="folder", place={})
        item = work_items.create(tx, process="invoices", payload={}, documents=[DocumentRef(name)])
        work_items.move(tx, item, "rejected", action="x")
        difference = work_items.create(tx, process="differences", payload={}, documents=[DocumentRef(name)])
        difference = work_items.move(tx, difference, "review", action="x")
        work_items.move(tx, difference, "explained", action="x", actor=Actor("person", "ann"))
    assert dispose(records, rules, "ES", today=date(2032, 12, 31)) == []
    assert dispose(records, rules, "ES", today=date(2033, 1, 1)) == [name]


def test_evidence_goes_with_its_work_and_not_before(records: Records, clock: Clock) -> None:
    clock.moment = datetime(2026, 3, 2, tzinfo=UTC)
    done, held, open_, shared = (records.archive.put(text) for text in (b"shot", b"held", b"open", b"shared"))
    with records.begin() as tx:
        for key, files in (("done", [done, shared]), ("held", [held]), ("open", [open_, shared])):
            item = work_items.create(tx, process="invoices", payload={}, key=key)
            shown = [Evidence(file, "screenshot") for file in files]
            if key == "open":
                audit.append(tx, action="form.filled", item=item, evidence=shown)
            else:
                work_items.move(tx, item, "rejected", action="x", evidence=shown)
    holds = (Hold(name="lawsuit", items=frozenset({"held"})),)
    rules = RULES.model_copy(update={"holds": holds})
    assert dispose(records, rules, "ES", today=date(2032, 12, 31)) == []
    assert dispose(records, rules, "ES", today=date(2033, 1, 1)) == [done]
    assert [records.archive.has(name) for name in (done, held, open_, shared)] == [False, True, True, True]
    assert records.log.verify().ok
    assert compare(records) == []
