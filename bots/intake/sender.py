"""What speaks for and against the sender of a mail: facts for the work item, and warnings for a person.

A forged sender is how most invoice frauds begin; the checker sends every warning to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz.distance import OSA

from config.errors import Reason
from config.settings import Settings
from connectors.mail import MailHeader, domain_of
from records import Records
from records.privacy import seal

__all__ = ["known_names", "seal_sender", "sender_facts", "sender_warnings"]

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_LEGAL_FORMS = re.compile(
    r"\b(s\.?\s?l\.?\s?u?|s\.?\s?a\.?\s?u?|gmbh|ag|kg|ohg|ug|sarl|sas|s\.?r\.?l|s\.?p\.?a|ltd|limited|inc|llc|b\.?v|n\.?v|lda|co|"
    r"company|cia|plc|oy|ab|as|aps)\b\.?",
    re.IGNORECASE,
)
_LOOK_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e", "8": "b"})
_SHARED = {
    "gmail", "outlook", "hotmail", "yahoo", "icloud", "live", "aol", "gmx", "web", "proton", "protonmail",
    "telefonica", "orange", "free",
}  # fmt: skip
"""Labels of domains that belong to nobody: many senders share them."""


def sender_facts(header: MailHeader) -> dict[str, Any]:
    """Who sent it, as the work item keeps it."""
    proof = header.authentication
    return {
        "from": header.from_address,
        "from_name": header.from_name,
        "reply_to": header.reply_to,
        "authentication": {
            "trusted": proof.trusted,
            "spf": proof.spf or "none",
            "dkim": proof.dkim or "none",
            "dmarc": proof.dmarc or "none",
        },
    }


def seal_sender(records: Records, header: MailHeader) -> dict[str, Any]:
    """What the log keeps of the sender and of the subject, which often names a person: readable until it is erased.

    Whoever asks to be forgotten is named by the address that they wrote from.
    """
    if not header.from_address:
        return {}
    sender = {"address": header.from_address, "name": header.from_name, "reply_to": header.reply_to}
    told = {"sender": sender, "subject": header.subject}
    return {name: seal(records, header.from_address, value) for name, value in told.items() if value}


def sender_warnings(header: MailHeader, known: Mapping[str, str]) -> list[Reason]:
    """What a person should know before trusting this mail.

    Args:
        header: as read.
        known: names that a domain may imitate, folded, with what to call them; see `known_names`.
    """
    return [*_elsewhere(header), *_unproven(header), *_imitated(domain_of(header.from_address), known)]


def known_names(settings: Settings) -> dict[str, str]:
    """Our own domains and our suppliers' names, folded as the first label of a domain would be."""
    domains = {domain_of(box.user) for box in settings.mailboxes.values()} - {""}
    names = {_folded(domain.rpartition(".")[0] or domain): domain for domain in domains}
    for supplier in settings.suppliers.values():
        for name in (supplier.name, *supplier.aliases):
            folded = _folded(_LEGAL_FORMS.sub(" ", name))
            if len(folded) >= 5:
                names.setdefault(folded, name)
    return names


def _elsewhere(header: MailHeader) -> Iterable[Reason]:
    sender, reply = domain_of(header.from_address), domain_of(header.reply_to)
    if reply and sender and not _same_house(sender, reply):
        yield Reason("OF350", "", {"sender": header.from_address, "reply": header.reply_to})
    shown = _ADDRESS.search(header.from_name)
    if shown and not _same_house(domain_of(shown.group().lower()), sender):
        yield Reason("OF354", "", {"shown": shown.group(), "sender": header.from_address})


def _unproven(header: MailHeader) -> Iterable[Reason]:
    proof = header.authentication
    if not proof.trusted:
        return
    if proof.dmarc in {"fail", "permerror"}:
        yield Reason("OF352", "", {"method": "DMARC", "result": proof.dmarc})
    elif (
        proof.dmarc != "pass"
        and "pass" not in {proof.spf, proof.dkim}
        and {proof.spf, proof.dkim} & {"fail", "softfail"}
    ):
        yield Reason("OF352", "", {"method": "SPF, DKIM", "result": f"{proof.spf or 'none'}, {proof.dkim or 'none'}"})


def _imitated(domain: str, known: Mapping[str, str]) -> Iterable[Reason]:
    shown = _unicode(domain)
    if len({_alphabet(c) for c in shown} - {""}) > 1:
        yield Reason("OF353", "", {"domain": shown})
        return
    label = _registered_label(shown)
    folded = _folded(label)
    if len(folded) < 5 or label in _SHARED or folded in known:
        return
    for name, called in known.items():
        if len(name) >= 5 and name != folded and _alike(folded, name):
            yield Reason("OF351", "", {"domain": shown, "known": called})
            return


def _alike(label: str, name: str) -> bool:
    """Whether a label would be read as a name: same after swapping look-alikes, or one or two letters off."""
    if label.translate(_LOOK_ALIKE).replace("rn", "m") == name.translate(_LOOK_ALIKE).replace("rn", "m"):
        return True
    allowed = 1 if len(name) < 10 else 2
    return OSA.distance(label, name, score_cutoff=allowed) <= allowed


def _same_house(first: str, second: str) -> bool:
    return first == second or first.endswith("." + second) or second.endswith("." + first)


def _unicode(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        return domain


def _registered_label(domain: str) -> str:
    """The label that somebody registered: before the last one, or before a double ending such as co.uk."""
    labels = [label for label in domain.split(".") if label]
    if (
        len(labels) >= 3
        and len(labels[-1]) == 2
        and labels[-2] in {"co", "com", "org", "net", "gob", "nom", "ac", "gov"}
    ):
        return labels[-3]
    return labels[-2] if len(labels) >= 2 else "".join(labels)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _alphabet(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0] if char.isalpha() else ""
