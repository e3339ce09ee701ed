"""Scripts that play the person who records: each part of one entry, in the demo's legacy system."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Frame, Page

from connectors.browser.recorded import Part
from connectors.browser.recording import Recorder

__all__ = ["SAMPLE", "Clerk"]

SAMPLE: dict[str, Any] = {
    "supplier_code": "P0001", "invoice_number": "A-7", "issue_date": "2026-03-31", "due_date": "2026-04-30",
    "currency": "EUR", "withheld_total": "15.00", "gross_total": "339.20",
    "taxes": [
        {"description": "Paper", "base": "200.00", "rate": "21", "amount": "42.00"},
        {"description": "Ink", "base": "102.00", "rate": "10", "amount": "10.20"},
    ],
}  # fmt: skip


class Clerk:
    """Enters the sample in the demo's legacy system by hand.

    Args:
        key: typed as the reference.
        skip: fields that are forgotten.
        more: name of a field -> what is typed in it instead.
    """

    def __init__(self, key: str, skip: tuple[str, ...] = (), **more: str):
        self.key, self.skip, self.more = key, skip, more

    def __call__(self, part: Part, recorder: Recorder) -> None:
        {"login": self.log_in, "enter": self.enter, "look": self.look, "open": self.open}[part](recorder.page)

    def log_in(self, page: Page) -> None:
        page.on("dialog", lambda dialog: dialog.accept())
        page.fill("[name=u]", "bot1")
        page.fill("[name=p]", "robot-uno-1984")
        page.press("[name=p]", "Enter")
        page.frame_locator("[name=cabecera]").get_by_text("Salir").wait_for()
        page.frame_locator("[name=menu]").get_by_text("Alta de facturas").wait_for()

    def enter(self, page: Page) -> None:
        main = _frame(page, "principal")
        with main.expect_navigation():
            _frame(page, "menu").get_by_text("Alta de facturas").click()
        with main.expect_navigation():
            main.select_option("[name=supplier]", "P0001")
        fields = {
            "number": "A-7",
            "reference": self.key,
            "date": "31/03/2026",
            "due": "30/04/2026",
            "withheld": "15,00",
        }
        for name, text in (fields | self.more).items():
            if name not in self.skip:
                main.locator(f"[name={name}]").press_sequentially(text)
        self.line(main, 1, "Paper", "200,00", "N21", "42,00")
        with main.expect_navigation():
            main.get_by_text("Añadir línea").click()
        self.line(main, 2, "Ink", "102,00", "N10", "10,20")
        with main.expect_navigation():
            main.get_by_text("Actualizar").click()
        with main.expect_navigation():
            main.get_by_text("Grabar").click()

    def line(self, main: Frame, n: int, concept: str, base: str, code: str, tax: str) -> None:
        main.fill(f"[name=l{n}_concept]", concept)
        main.fill(f"[name=l{n}_base]", base)
        main.select_option(f"[name=l{n}_code]", code)
        main.fill(f"[name=l{n}_tax]", tax)

    def look(self, page: Page) -> None:
        main = _frame(page, "principal")
        with main.expect_navigation():
            _frame(page, "menu").get_by_text("Consulta de facturas").click()
        main.fill("[name=q]", self.key)
        with main.expect_navigation():
            main.press("[name=q]", "Enter")

    def open(self, page: Page) -> None:
        main = _frame(page, "principal")
        with main.expect_navigation():
            main.locator("table.g a").click()


def _frame(page: Page, name: str) -> Frame:
    frame = page.frame(name=name)
    assert frame is not None
    return frame


BILL: dict[str, Any] = {
    "vendor": "Acme Paper LLC", "number": "X-17", "date": "2026-03-30", "terms": "Net 30", "total": "1290.50",
    "lines": [
        {"text": "Toner", "quantity": "12", "price": "1.75", "account": "5000"},
        {"text": "Repair", "quantity": "1", "price": "1269.50", "account": "5100"},
    ],
}  # fmt: skip


class Bookkeeper:
    """Enters the bill in the foreign system by hand."""

    key = "not asked for"

    def __call__(self, part: Part, recorder: Recorder) -> None:
        {"login": self.log_in, "enter": self.enter, "look": self.look, "open": self.open}[part](recorder.page)

    def log_in(self, page: Page) -> None:
        page.get_by_label("Company").fill("north")
        page.get_by_label("User").fill("robot")
        page.get_by_label("Password").fill("open-sesame")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Welcome").wait_for()

    def enter(self, page: Page) -> None:
        page.get_by_role("link", name="New bill").click()
        page.get_by_label("Vendor").press_sequentially("acme p")
        page.locator("#hints li", has_text="Acme Paper LLC").click()
        page.get_by_label("Bill number").press_sequentially("X-17")
        page.get_by_label("Bill date").press_sequentially("03/30/2026")
        page.get_by_label("Terms").select_option("Net 30")
        for n, (text, quantity, price, account) in enumerate(
            [("Toner", "12", "1.75", "a1"), ("Repair", "1", "1,269.50", "a2")]
        ):
            if n:
                page.get_by_role("button", name="Add line").click()
            page.fill(f"[name='items[{n}][text]']", text)
            page.fill(f"[name='items[{n}][qty]']", quantity)
            page.fill(f"[name='items[{n}][price]']", price)
            page.select_option(f"[name='items[{n}][account]']", account)
        page.get_by_text("1,290.50").wait_for()
        page.get_by_role("button", name="Save bill").click()
        page.get_by_text("The bill was saved").wait_for()

    def look(self, page: Page) -> None:
        page.get_by_role("link", name="Bills").click()
        page.get_by_label("Find bill").fill("X-17")
        page.get_by_role("button", name="Go").click()
        page.get_by_text("Details").wait_for()

    def open(self, page: Page) -> None:
        page.get_by_text("Details").click()
        page.locator("dl").wait_for()


ORDER: dict[str, Any] = {
    "customer": "K200", "delivery": "2026-05-28", "shipping": "UPS", "total": "3150.50",
    "lines": [
        {"article": "Schraube", "quantity": "1000", "price": "1.25"},
        {"article": "Bohrer", "quantity": "5", "price": "380.10"},
    ],
}  # fmt: skip


class Seller:
    """Enters the order in the third system by hand."""

    def __call__(self, part: Part, recorder: Recorder) -> None:
        {"login": self.log_in, "enter": self.enter, "look": self.look, "open": self.open}[part](recorder.page)

    def log_in(self, page: Page) -> None:
        page.on("dialog", lambda dialog: dialog.accept())
        page.fill("[name=un]", "robo")
        page.fill("[name=kw]", "geheim")
        page.fill("[name=otp]", "123456")
        page.click("[type=submit]")
        page.frame_locator("iframe").get_by_text("Willkommen").wait_for()

    def enter(self, page: Page) -> None:
        work = page.frames[1]
        with work.expect_navigation():
            work.get_by_text("Neuer Auftrag").click()
        with page.expect_popup() as window:
            work.get_by_text("Suchen").click()
        window.value.get_by_text("K200").click()
        work.fill("[name=d]", "28.05.2026")
        work.check("[name=s][value=UPS]")
        for article, quantity, price in (("Schraube", "1000", "1,25"), ("Bohrer", "5", "380,10")):
            work.fill("[name=t]", article)
            work.fill("[name=m]", quantity)
            work.fill("[name=p]", price)
            with work.expect_navigation():
                work.get_by_text("Hinzufügen").click()
        with work.expect_navigation():
            work.get_by_text("Speichern").click()
        work.get_by_text("gespeichert").wait_for()

    def look(self, page: Page) -> None:
        work = page.frames[1]
        with work.expect_navigation():
            work.get_by_text("Auftragsliste").click()

    def open(self, page: Page) -> None:
        work = page.frames[1]
        with work.expect_navigation():
            work.get_by_text("28.05.2026").click()
