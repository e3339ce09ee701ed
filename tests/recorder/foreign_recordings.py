"""The foreign system's bill as other tools record it: login and entry, up to the save."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["devtools", "playwright_jsonl", "selenium"]

LINES = [("Toner", "12", "1.75", "a1", "5000 Materials"), ("Repair", "1", "1,269.50", "a2", "5100 Services")]


def devtools(url: str) -> str:
    """Chrome's Recorder, exported as JSON."""

    def change(name: str, value: str, label: str = "", tag: str = "input") -> dict[str, Any]:
        css = f"{tag}[name='{name}']"
        alternatives = [[f"aria/{label}"]] if label else []
        selectors = [*alternatives, [css], [f"xpath///*[@name='{name}']"], [f"pierce/{css}"]]
        return {"type": "change", "value": value, "selectors": selectors, "target": "main"}

    def click(text: str, to: str = "") -> dict[str, Any]:
        event = {"assertedEvents": [{"type": "navigation", "url": url + to, "title": "BillBox"}]} if to else {}
        return {
            "type": "click",
            "target": "main",
            "selectors": [[f"aria/{text}"], [f"text/{text}"]],
            "offsetX": 9,
            **event,
        }

    steps: list[dict[str, Any]] = [
        {"type": "setViewport", "width": 1280, "height": 900},
        {"type": "navigate", "url": url + "/", "assertedEvents": [{"type": "navigation", "url": url + "/"}]},
        {"type": "click", "target": "main", "selectors": [["aria/Company"], ["input[name='company']"]]},
        change("company", "north", "Company"), change("user", "robot", "User"),
        change("pass", "open-sesame", "Password"), click("Sign in", "/home"), click("New bill", "/bills/new"),
        change("vendor", "acme p", "Vendor *"),
        {"type": "click", "target": "main", "selectors": [["#hints > li"], ["text/Acme Paper LLC"]]},
        change("number", "X-17", "Bill number"), {"type": "keyDown", "key": "Tab"},
        change("date", "03/30/2026", "Bill date"), change("terms", "2", "Terms", "select"),
    ]  # fmt: skip
    for n, (text, quantity, price, account, _) in enumerate(LINES):
        steps += [click("Add line")] if n else []
        steps += [change(f"items[{n}][text]", text), change(f"items[{n}][qty]", quantity)]
        steps += [change(f"items[{n}][price]", price), change(f"items[{n}][account]", account, tag="select")]
    return json.dumps({"title": "Bill", "steps": [*steps, click("Save bill")]})


def playwright_jsonl(url: str) -> str:
    """`playwright codegen --target jsonl`."""

    def act(name: str, selector: str, *, signal: bool = False, **more: Any) -> dict[str, Any]:
        signals = [{"name": "navigation", "url": url}] if signal else []
        return {"name": name, "selector": selector, "signals": signals, "framePath": [], **more}

    def role(kind: str, name: str) -> str:
        return f'internal:role={kind}[name="{name}"i]'

    def fill(selector: str, text: str) -> dict[str, Any]:
        return act("fill", selector, text=text)

    steps: list[dict[str, Any]] = [
        {"browserName": "chromium", "launchOptions": {"headless": False}},
        {"name": "openPage", "url": "about:blank", "signals": []},
        {"name": "navigate", "url": url + "/", "signals": []},
        act("click", role("textbox", "Company"), button="left"),
        fill(role("textbox", "Company"), "north"), fill(role("textbox", "User"), "robot"),
        fill(role("textbox", "Password"), "open-sesame"), act("click", role("button", "Sign in"), signal=True),
        act("click", role("link", "New bill"), signal=True), fill(role("textbox", "Vendor *"), "acme p"),
        act("click", 'internal:text="Acme Paper LLC"i'), fill(role("textbox", "Bill number"), "X-17"),
        fill(role("textbox", "Bill date"), "03/30/2026"), act("select", 'internal:label="Terms"i', options=["2"]),
    ]  # fmt: skip
    for n, (text, quantity, price, account, _) in enumerate(LINES):
        steps += [act("click", role("button", "Add line"))] if n else []
        steps += [fill(f'input[name="items[{n}][text]"]', text), fill(f'input[name="items[{n}][qty]"]', quantity)]
        steps += [fill(f'input[name="items[{n}][price]"]', price)]
        steps += [act("select", f'select[name="items[{n}][account]"]', options=[account])]
    steps += [act("click", role("button", "Save bill")), {"name": "closePage", "signals": []}]
    return "\n".join(map(json.dumps, steps))


def selenium(url: str) -> str:
    """A Selenium IDE project."""

    def command(name: str, target: str, value: str = "", *others: str) -> dict[str, Any]:
        return {"id": target, "comment": "", "command": name, "target": target, "value": value,
                "targets": [[one, one.partition("=")[0]] for one in (target, *others)]}  # fmt: skip

    commands = [
        command("open", "/"), command("setWindowSize", "1280x900"), command("click", "name=company"),
        command("type", "name=company", "north"), command("type", "name=user", "robot"),
        command("type", "name=pass", "open-sesame"),
        command("click", "css=button", "", "xpath=//button[contains(.,'Sign in')]"),
        command("click", "linkText=New bill"), command("type", "name=vendor", "acme p"),
        command("click", "css=#hints > li", "", "xpath=//li[contains(.,'Acme Paper LLC')]"),
        command("type", "name=number", "X-17"), command("type", "name=date", "03/30/2026"),
        command("select", "name=terms", "label=Net 30"),
    ]  # fmt: skip
    for n, (text, quantity, price, _, account) in enumerate(LINES):
        commands += [command("click", "id=more", "", "xpath=//button[contains(.,'Add line')]")] if n else []
        commands += [
            command("type", f"name=items[{n}][text]", text),
            command("type", f"name=items[{n}][qty]", quantity),
        ]
        commands += [command("type", f"name=items[{n}][price]", price)]
        commands += [command("select", f"name=items[{n}][account]", f"label={account}")]
    commands.append(command("click", "id=save", "", "xpath=//button[contains(.,'Save bill')]"))
    return json.dumps({"id": "1", "url": url, "tests": [{"name": "Bill", "commands": commands}]})
