"""Read a YAML file into a typed model; a mistake is named with file, line and what was expected."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.errors import ConfigError
from config.yaml_hints import in_words

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")

__all__ = ["Strict", "parse_yaml", "read_yaml"]


class Strict(BaseModel):
    """Base of every model of `config/`: an unknown key is a mistake, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)


class _UniqueKeyLoader(yaml.SafeLoader):
    """SafeLoader that refuses a key given twice: YAML would silently keep the last one.

    `Yes`, `No`, `On`, `Off` are texts, as in YAML 1.2: buttons are called so.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key_node.tag != "tag:yaml.org,2002:merge" and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read and check one file.

    Raises:
        ConfigError: OF101 no such file, OF102 not YAML, OF103 not what the model expects; with file and line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("OF101", str(path), why=error) from error
    return parse_yaml(text, model, str(path))


def parse_yaml(text: str, model: type[Model], name: str) -> Model:
    """Read and check YAML text; `name` is what errors call it. Raises as `read_yaml`."""
    loader = _UniqueKeyLoader(text)
    try:
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError("OF102", f"{name}:{line}", why=error.problem or error) from error
    except yaml.YAMLError as error:
        raise ConfigError("OF102", name, why=error) from error
    finally:
        loader.dispose()
    try:
        return model.model_validate(_expand(data, name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        line = _line_of(root, first["loc"]) if root is not None else 1
        others = error.error_count() - 1
        why = in_words(first, model) + (f" (and {others} more)" if others else "")
        raise ConfigError("OF103", f"{name}:{line}", key=key, why=why, got=_short(first.get("input"))) from error


def _expand(data: Any, name: str) -> Any:
    """Fill in `${NAME}` and `${NAME:-default}` from the environment, in text values only."""
    match data:
        case dict():
            return {key: _expand(value, name) for key, value in data.items()}
        case list():
            return [_expand(value, name) for value in data]
        case str() if "${" in data:
            return _VARIABLE.sub(lambda found: _variable(found, name), data)
    return data


def _variable(found: re.Match[str], name: str) -> str:
    value = os.environ.get(found["name"], found["default"])
    if value is None:
        raise ConfigError("OF107", name, variable=found["name"])
    return value


def _line_of(node: Node, loc: tuple[int | str, ...]) -> int:
    line = node.start_mark.line + 1
    for part in loc:
        match node:
            case MappingNode():
                for key_node, value_node in node.value:
                    if isinstance(key_node, ScalarNode) and key_node.value == str(part):
                        node, line = value_node, key_node.start_mark.line + 1
                        break
            case SequenceNode() if isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            case _:
                pass
    return line


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
