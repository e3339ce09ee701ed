"""One invoice on its way onto paper: its facts, its style, the labels it has settled on, and what was printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from demo.invoices.fonts import width
from demo.invoices.model import Invoice, Party
from demo.invoices.sheet import BLACK, Align, Colour, Sheet
from demo.invoices.style import Style
from demo.invoices.words import format_amount, format_date, words

__all__ = ["Draft"]

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "PLN": "zł"}


class Draft:
    """Helpers shared by all parts of the page.

    Attributes:
        printed: names of the truth's fields that the page really shows.
        top, bottom: the band of every page that lines and totals may use.
        side: the free zone (x0, x1, y) beside the addresses, if there is one.
    """

    def __init__(self, invoice: Invoice, style: Style, house: str):
        self.invoice = invoice
        self.style = style
        self.house = house
        self.said = words(invoice.language)
        self.sheet = Sheet(*style.page)
        self.printed: set[str] = set()
        self.left = style.margin
        self.right = style.page[0] - style.margin
        self.top = style.margin
        self.bottom = style.page[1] - style.margin
        self.side: tuple[float, float, float] | None = None
        self._labels: dict[str, str] = {}
        self._vats: dict[str, str] = {}

    def habit(self, key: str) -> Random:
        """Chance that falls the same way in all documents of a house."""
        return Random(f"{self.house}/{key}")

    def label(self, key: str, **facts: str) -> str:
        """The label of a thing; one document uses the same one throughout."""
        if key not in self._labels:
            self._labels[key] = self.habit(key).choice(self.said.labels[key])
        text = self._labels[key].format(**facts)
        return text.upper() if self.style.upper and "{" not in self._labels[key] else text

    def colon(self, label: str) -> str:
        """A label with the punctuation that this document sets after labels."""
        return f"{label}{self.style.colon}" if label and not label.endswith((".", "#")) else label

    def number(self, amount: Decimal, places: int = 2) -> str:
        """A number in the document's style."""
        text = format_amount(amount, self.style.numbers, places)
        return self.signed(text.lstrip("-"), amount)

    def signed(self, text: str, amount: Decimal) -> str:
        """An unsigned text with the amount's sign: `-93,60`, `93,60-` or `(93,60)`."""
        if amount >= 0:
            return text
        return self.style.minus.replace("1", text)

    def quantity(self, quantity: Decimal) -> str:
        """A quantity: whole ones mostly without decimals."""
        whole = quantity == quantity.to_integral_value()
        return self.number(quantity, 0 if whole and self.style.rate_places < 2 else 2)

    def price(self, price: Decimal) -> str:
        """A unit price, with four decimals where it has them."""
        return self.number(price, 2 if price == price.quantize(Decimal("0.01")) else 4)

    def rate(self, rate: Decimal) -> str:
        """A tax rate without its percent sign."""
        whole = rate == rate.to_integral_value()
        return self.number(rate, self.style.rate_places if whole else max(1, self.style.rate_places))

    def money(self, amount: Decimal, *, currency: str | None = None) -> str:
        """An amount with its currency as this document sets it."""
        code = currency or self.invoice.currency
        symbol = _SYMBOLS.get(code, code)
        if symbol == "zł" and not self.style.face.embedded:
            symbol = code
        number = self.number(amount)
        match self.style.show_currency:
            case "symbol after":
                return f"{number}\xa0{symbol}"
            case "symbol before":
                space = " " if len(symbol) > 1 else ""
                return self.signed(f"{symbol}{space}{self.number(abs(amount))}", amount)
            case "code after":
                return f"{number} {code}"
            case "code before":
                return f"{code} {number}"
        return number if currency is None else f"{number} {code}"

    def day(self, day: date) -> str:
        """A date in the document's style."""
        return format_date(day, self.style.dates, self.said.months)

    def vat(self, party: Party) -> str:
        """A VAT id as printed: Spaniards leave `ES` out, the Swiss set points, some set blanks."""
        if party.vat_id not in self._vats:
            self._vats[party.vat_id] = self._vat(party)
        return self._vats[party.vat_id]

    def _vat(self, party: Party) -> str:
        number = party.vat_id
        if party.country == "ES":
            bare = number[2:]
            dashed = bare if bare[0].isdigit() else f"{bare[0]}-{bare[1:]}"
            return self.habit("vat form").choice((bare, bare, dashed, number))
        if party.country == "CH":
            return f"CHE-{number[3:6]}.{number[6:9]}.{number[9:12]} MWST"
        if self.habit("vat blanks").random() < 0.25 and number[2:].isdigit():
            digits = number[2:]
            return number[:2] + " " + " ".join(digits[at : at + 3] for at in range(0, len(digits), 3))
        return number

    def iban(self, iban: str) -> str:
        """An IBAN in groups of four, or compact."""
        if self.habit("iban form").random() < 0.15:
            return iban
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        bold: bool = False,
        scale: float = 1.0,
        align: Align = "left",
        colour: Colour = BLACK,
        page: int | None = None,
    ) -> float:
        """Write one line in the document's face; returns its width."""
        face = self.style.face
        if not face.embedded:
            text = text.encode("cp1252", "ignore").decode("cp1252")
        font = face.bold if bold else face.regular
        return self.sheet.text(x, y, text, font, self.style.size * scale, align, colour, page)

    def wide(self, text: str, *, bold: bool = False, scale: float = 1.0) -> float:
        """Width that `write` would take."""
        return width(text, self.style.face.bold if bold else self.style.face.regular, self.style.size * scale)

    def wrap(self, text: str, room: float, *, scale: float = 1.0) -> list[str]:
        """The text in lines no wider than `room`."""
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if self.wide(longer, scale=scale) <= room or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def show(self, *names: str) -> None:
        """Note that the page shows these fields of the truth."""
        self.printed.update(names)

    def turn(self) -> float:
        """Go on on the next page; the y where its band starts."""
        self.sheet.turn()
        return self.top
