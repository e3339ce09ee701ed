"""A mistake in a system's file is told with line and mend; the schema for editors is the model's."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.systems import Find, System
from config.systems_schema import PATH, schema_text
from config.yaml_file import parse_yaml, read_yaml

DEMO = (Path(__file__).parent.parent.parent / "config" / "systems" / "demo.yaml").read_text("utf-8")


def test_the_schema_is_the_models() -> None:
    assert PATH.read_text("utf-8") == schema_text(), "run `python -m config.systems_schema`"


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("    - fill: Usuario\n      press: Clave", "    - fill: Usuario", "exactly one verb"),
        ("    - fill: Usuario\n      wiht", "    - fill: Usuario\n      with", "did you mean `with`?"),
        ("        as: dat\n", "        as: date\n", "is none of"),
        ("url: ftp://x", "url: http://127.0.0.1:8797/", "https://erp.example.com/"),
        ('        wiht: "{supplier_code}"', '        with: "{supplier_code}"', "did you mean `with`?"),
        ("        with: 21", '        with: "{supplier_code}"', "put it in quotes"),
        ('      match: {ref: "{key}"}', '      match: {reference: "{key}"}', "ref is none of the columns"),
        (
            "      press: Grabar\n      lodas: principal",
            "      press: Grabar\n      loads: principal",
            "did you mean `loads`?",
        ),
        ("  probe_farme: cabecera", "  probe_frame: cabecera", "did you mean `probe_frame`?"),
        ("sessions: two", "sessions: one", "'one' or 'many'"),
    ],
)
def test_a_mistake_names_its_line(wrong: str, right: str, says: str) -> None:
    assert right in DEMO
    text = DEMO.replace(right, wrong, 1)
    with pytest.raises(ConfigError) as told:
        parse_yaml(text, System, "erp.yaml")
    assert told.value.code == "OF103"
    assert says in told.value.reason.facts["why"]
    assert told.value.reason.where.startswith("erp.yaml:")


def test_a_text_is_a_caption() -> None:
    assert Find.model_validate("Invoice no").rungs() == (
        ("label", "Invoice no"), ("row", "Invoice no"), ("placeholder", "Invoice no"),
    )  # fmt: skip
    assert Find.model_validate("Save").rungs(text=True)[0] == ("text", "Save")


def test_every_system_of_the_checkout_is_right() -> None:
    for path in PATH.parent.glob("*.yaml"):
        assert read_yaml(path, System).forms
