"""The protobuf wire format: messages as plain dictionaries, described by schemas.

Only what LiveKit's protocol uses of it. A dependency on protobuf itself would be the likeliest
one to clash with what else a notebook has installed. Knows no particular message.
"""

from typing import Any, Final, Literal, NamedTuple

_VARINT: Final = 0
_BYTES: Final = 2
_WIDTHS: Final = {1: 8, 5: 4}  # wire types of fixed length, in bytes

Message = dict[str, Any]


class WireError(ValueError):
    """Bytes that are not a valid message."""


class Field(NamedTuple):
    """One field of a message."""

    number: int  # its field number
    kind: "Literal['int', 'bool', 'str', 'bytes'] | Schema"  # its type; enumerations are ``"int"``
    repeated: bool = False  # whether it is a list


class Schema:
    """The fields of a message, by name."""

    def __init__(self, **fields: Field) -> None:
        self._by_name = fields
        self._by_number = {field.number: name for name, field in fields.items()}

    def encode(self, message: Message) -> bytes:
        """Encode a message; missing fields keep their defaults."""
        written = bytearray()
        for name, value in message.items():
            field = self._by_name[name]
            for each in value if field.repeated else [value]:
                written += _encode_field(field, each)
        return bytes(written)

    def decode(self, data: bytes) -> Message:
        """Decode a message, skipping unknown fields.

        Raises
        ------
        WireError
            When it is not valid.
        """
        message: Message = {}
        position = 0
        while position < len(data):
            key, position = _read_varint(data, position)
            value, position = _read_value(data, position, key & 7)
            name = self._by_number.get(key >> 3)
            if name is None:
                continue
            field = self._by_name[name]
            read = _decode_field(field, value)
            if field.repeated:
                message.setdefault(name, []).append(read)
            else:
                message[name] = read
        return message


def _encode_field(field: Field, value: Any) -> bytes:
    if field.kind in {"int", "bool"}:
        return _varint(field.number << 3 | _VARINT) + _varint(int(value))
    if isinstance(field.kind, Schema):
        value = field.kind.encode(value)
    elif field.kind == "str":
        value = value.encode()
    return b"".join((_varint(field.number << 3 | _BYTES), _varint(len(value)), value))


def _decode_field(field: Field, value: int | bytes) -> Any:
    if isinstance(value, int) != (field.kind in {"int", "bool"}):
        raise WireError(f"Field {field.number} has the wrong wire type.")
    if isinstance(value, int):
        return bool(value) if field.kind == "bool" else value
    if isinstance(field.kind, Schema):
        return field.kind.decode(value)
    try:
        return value.decode() if field.kind == "str" else value
    except UnicodeDecodeError:
        raise WireError(f"Field {field.number} is not UTF-8.") from None


def _read_value(data: bytes, position: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == _VARINT:
        return _read_varint(data, position)
    if wire_type == _BYTES:
        length, position = _read_varint(data, position)
    else:
        try:
            length = _WIDTHS[wire_type]
        except KeyError:
            raise WireError(f"Unknown wire type {wire_type}.") from None
    end = position + length
    if end > len(data):
        raise WireError("The message is cut off.")
    return data[position:end], end


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise WireError("The message is cut off.")
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:  # noqa: PLR2004 - the bit that says there is more
            return value, position
    raise WireError("A number is too long.")


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:  # noqa: PLR2004 - seven bits
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)
