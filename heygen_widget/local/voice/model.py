"""Models in ONNX form: one thread each, and the durations that a model computes but does not tell.

Knows no voice. onnxruntime is imported only where a model is loaded.
"""

from pathlib import Path
from typing import Any


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
    return model + _field(7, _field(12, _field(1, tensor)))


def _field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that contains bytes, fewer than 128."""
    return bytes((number << 3 | 2, len(content))) + content
