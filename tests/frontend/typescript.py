"""Writes the messages of `frontend/` as TypeScript, for `js/` to compare with its own.

``python -m tests.frontend.typescript`` brings the file up to date.
"""

import json
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from heygen_widget.frontend import cues, protocol

FILE: Final = Path(__file__).parents[2] / "js/test/kernel_protocol.ts"

_HEAD = """\
// What `heygen_widget/frontend/` says of the messages, written by
// `python -m tests.frontend.typescript`.

"""


def typescript() -> str:
    """Return the types of all messages, of the `session` trait and of what they hold."""
    heard = get_args(get_args(protocol.AnyMessage)[0])
    told = [
        model
        for model in [*vars(protocol).values(), *vars(cues).values()]
        if isinstance(model, type) and issubclass(model, BaseModel)
        if model.__name__.endswith("Message") and model.__name__ != "BrowserMessage"
    ]
    return (
        _HEAD
        + _interfaces([*told, protocol.SessionView], "serialization")
        + _interfaces(heard, "validation")
        + f"export type KernelMessage = {' | '.join(model.__name__ for model in told)};\n"
        + f"export type BrowserMessage = {' | '.join(model.__name__ for model in heard)};\n"
    )


def _interfaces(models: Any, mode: JsonSchemaMode) -> str:
    _, schema = models_json_schema([(model, mode) for model in models])
    models = schema["$defs"].items()
    return "".join(_interface(name, model, mode) for name, model in models)


def _interface(name: str, model: dict[str, Any], mode: JsonSchemaMode) -> str:
    fields = model["properties"]
    there = fields if mode == "serialization" else model["required"]  # we send all fields
    fields = "".join(
        f"  {field}{'' if field in there else '?'}: {_type(schema)};\n"
        for field, schema in fields.items()
    )
    return f"export interface {name} {{\n{fields}}}\n\n"


def _type(schema: dict[str, Any]) -> str:
    match schema:
        case {"$ref": str(path)}:
            written = path.rpartition("/")[2]
        case {"const": value}:
            written = json.dumps(value)
        case {"enum": values}:
            # `typing` takes literals for equal that differ in their order, and keeps the first.
            written = " | ".join(sorted(map(json.dumps, values)))
        case {"anyOf": choices}:
            written = " | ".join(map(_type, choices))
        case {"prefixItems": items}:
            written = f"[{', '.join(map(_type, items))}]"
        case {"type": "array", "items": item}:
            written = f"Array<{_type(item)}>"
        case {"type": simple}:
            written = "number" if simple == "integer" else str(simple)
        case _:
            raise ValueError(f"No TypeScript for {schema}.")
    return written


if __name__ == "__main__":
    FILE.write_text(typescript(), encoding="utf-8")
