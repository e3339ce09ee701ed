"""A mistake in config/ is named with file, line and what was expected; every key is in the guide."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from config import settings as settings_module
from config.errors import ConfigError
from config.settings import CONFIG, load_settings
from config.yaml_file import Strict, parse_yaml

GUIDE = CONFIG.parent / "docs" / "02-configuration.md"


class Sample(Strict):
    name: str
    port: int = 1
    inner: dict[str, list[int]] = Field(default_factory=dict)


def error_of(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, Sample, "sample.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("name: x\nport: many\n", "OF103", "sample.yaml:2"),
        ("name: x\nprot: 1\n", "OF103", "sample.yaml:2"),
        ("port: 1\n", "OF103", "sample.yaml:1"),
        ("name: x\ninner:\n  a:\n    - 1\n    - two\n", "OF103", "sample.yaml:5"),
        ("name: x\nname: y\n", "OF102", "sample.yaml:2"),
        ("name: [x\n", "OF102", "sample.yaml:2"),
        ("name: !!python/object/apply:os.system [ls]\n", "OF102", "sample.yaml:1"),
        ("", "OF103", "sample.yaml:1"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, code: str, where: str) -> None:
    error = error_of(text)
    assert (error.code, error.reason.where) == (code, where)


def test_environment_variables_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIO_TEST_PORT", "99")
    sample = parse_yaml('name: "a ${OFICIO_TEST_NOBODY:-b}"\nport: "${OFICIO_TEST_PORT}"\n', Sample, "sample.yaml")
    assert (sample.name, sample.port) == ("a b", 99)


def test_a_variable_without_value_or_default_is_an_error() -> None:
    assert error_of('name: "${OFICIO_TEST_NOBODY}"\n').code == "OF107"


def test_the_shipped_configuration_is_right(tmp_path: Path) -> None:
    shipped = load_settings(tmp_path)
    assert shipped.office.name
    assert shipped.suppliers
    assert {order.supplier for order in shipped.purchase_orders.values()} <= shipped.suppliers.keys()


def test_the_fingerprint_changes_with_any_file(tmp_path: Path) -> None:
    copy = tmp_path / "config"
    shutil.copytree(CONFIG, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    before = load_settings(tmp_path, copy).fingerprint
    with (copy / "suppliers.yaml").open("a", encoding="utf-8") as file:
        file.write("# a note\n")
    assert load_settings(tmp_path, copy).fingerprint != before


def models() -> dict[str, type[BaseModel]]:
    return {
        "office.": settings_module.Identity,
        "invoices.": settings_module.InvoiceProcess,
        "checks.": settings_module.CheckRules,
        "suppliers[].": settings_module.Supplier,
        "purchase_orders[].": settings_module.PurchaseOrder,
        "mailboxes[].": settings_module.Mailbox,
        "folders[].": settings_module.WatchedFolder,
    }


@pytest.mark.parametrize("prefix", models())
def test_every_key_is_in_the_guide(prefix: str) -> None:
    guide = GUIDE.read_text("utf-8")
    missing = [name for name in models()[prefix].model_fields if f"`{prefix}{name}`" not in guide]
    assert missing == []
