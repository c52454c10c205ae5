"""Models in ONNX form: one thread each, and the durations that a model computes but does not tell.

Knows no voice. onnxruntime is imported only where a model is loaded.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_MODEL_GRAPH: Final = 7
_NODE, _INITIALIZER, _OUTPUT, _SHAPE = 1, 5, 12, 13  # of a graph
_INPUT_NAME, _OUTPUT_NAME = 1, 2  # of a node
_INITIALIZER_NAME: Final = 8
"""Numbers of the fields in ONNX's messages."""


def open_model(model: Path | bytes) -> Any:
    """Return an inference session for a model, with one thread."""
    import onnxruntime  # noqa: PLC0415 - loads an inference runtime, and belongs to an extra

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def with_output(path: Path, name: str) -> bytes | None:
    """Return the model in a file with one more output; None if it computes nothing of that name.

    Messages of protobuf merge when they are joined, so ``graph { output { name } }`` after a
    model adds to its graph. The name is private to a release of the model: it may be gone.
    """
    model, tensor = path.read_bytes(), name.encode()
    if tensor not in model:
        return None
    return model + _field(_MODEL_GRAPH, _field(_OUTPUT, _field(1, tensor)))


def only_output(path: Path, name: str) -> bytes | None:
    """Return what of the model in a file computes one tensor; None if nothing does.

    Durations are known long before the sound: computing them alone takes a fraction of the time.
    """
    tensor = name.encode()
    parts = list(_fields(path.read_bytes()))
    graph = next((content for number, content, _ in parts if number == _MODEL_GRAPH), b"")
    needed = {tensor}
    kept: list[bytes] = []
    fields = list(_fields(graph))
    for _, content, whole in reversed([each for each in fields if each[0] == _NODE]):
        names = list(_fields(content))
        if any(number == _OUTPUT_NAME and each in needed for number, each, _ in names):
            needed |= {each for number, each, _ in names if number == _INPUT_NAME}
            kept.append(whole)
    if not kept:
        return None
    for number, content, whole in fields:
        if number == _INITIALIZER:
            named = (each for field, each, _ in _fields(content) if field == _INITIALIZER_NAME)
            if next(named, b"") in needed:
                kept.insert(0, whole)
        elif number not in {_NODE, _OUTPUT, _SHAPE}:
            kept.insert(0, whole)
    kept.reverse()
    kept.append(_field(_OUTPUT, _field(1, tensor)))
    rest = b"".join(whole for number, _, whole in parts if number != _MODEL_GRAPH)
    return rest + _field(_MODEL_GRAPH, b"".join(kept))


def _field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that contains bytes."""
    length, size = len(content), bytearray()
    while length > 127:  # noqa: PLR2004 (seven bits a byte, and one that says that more follow)
        size.append(length & 127 | 128)
        length >>= 7
    return bytes((number << 3 | 2, *size, length)) + content


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the fields of a message of protobuf: number, content if it has a length, all of it."""
    at = 0
    while at < len(message):
        start = at
        key, at = _number(message, at)
        content = b""
        match key & 7:
            case 0:
                _, at = _number(message, at)
            case 1:
                at += 8
            case 2:
                length, at = _number(message, at)
                content = message[at : at + length]
                at += length
            case 5:
                at += 4
            case kind:
                raise ValueError(f"Not a message of protobuf: a field of kind {kind}.")
        yield key >> 3, content, message[start:at]


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:  # noqa: PLR2004 (the last one)
            return value, at
