"""Write the JSON Schema of `config/systems/*.yaml` for editors: `python -m config.systems_schema`."""

from __future__ import annotations

import json
from pathlib import Path

from config.systems import System

__all__ = ["PATH", "schema_text"]

PATH = Path(__file__).parent / "systems" / "schema.json"


def schema_text() -> str:
    """The schema as text; a place that takes a caption takes a plain string too."""
    schema = System.model_json_schema(by_alias=True)
    for name in ("Find", "Sign"):
        schema["$defs"][name] = {"anyOf": [{"type": "string"}, schema["$defs"][name]]}
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), "utf-8")
