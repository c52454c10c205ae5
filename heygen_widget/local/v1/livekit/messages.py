"""The messages of LiveKit's protocol that a room with one avatar needs.

From livekit/protocol (`livekit_rtc.proto`, `livekit_models.proto`), protocol version 16. Only
fields that are sent or read here; clients skip what is absent.
"""

import zlib
from enum import IntEnum
from typing import Final

from heygen_widget.local.v1.livekit.wire import Field, Message, Schema, WireError

PROTOCOL: Final = 16
MAX_JOIN: Final = 1024 * 1024
"""Maximum bytes of a decompressed join request."""


class LeaveReason(IntEnum):
    """Why a participant must leave."""

    DUPLICATE_IDENTITY = 2
    ROOM_DELETED = 5
    STATE_MISMATCH = 6


class LeaveAction(IntEnum):
    """What a participant must do when asked to leave."""

    DISCONNECT = 0
    RECONNECT = 2


class Target(IntEnum):
    """Which of a client's two connections a candidate belongs to."""

    PUBLISHER = 0
    SUBSCRIBER = 1


class TrackType(IntEnum):
    """What a track carries."""

    AUDIO = 0
    VIDEO = 1


class TrackSource(IntEnum):
    """Where a track comes from."""

    CAMERA = 1
    MICROPHONE = 2


class ConnectionQuality(IntEnum):
    """How well a participant receives the room."""

    POOR = 0
    GOOD = 1
    EXCELLENT = 2


ACTIVE: Final = 2
JOINED: Final = 1
"""States of a participant."""

HIGH: Final = 2
"""The video quality of a track that has only one."""

_GZIP: Final = 1

_MID_TO_TRACK: Final = Schema(key=Field(1, "str"), value=Field(2, "str"))
_DESCRIPTION: Final = Schema(
    type=Field(1, "str"),
    sdp=Field(2, "str"),
    id=Field(3, "int"),
    mid_to_track_id=Field(4, _MID_TO_TRACK, repeated=True),
)
_TRICKLE: Final = Schema(candidate_init=Field(1, "str"), target=Field(2, "int"))
_PING: Final = Schema(timestamp=Field(1, "int"))
_PONG: Final = Schema(last_ping_timestamp=Field(1, "int"), timestamp=Field(2, "int"))
_LAYER: Final = Schema(quality=Field(1, "int"), width=Field(2, "int"), height=Field(3, "int"))
_TRACK: Final = Schema(
    sid=Field(1, "str"),
    type=Field(2, "int"),
    name=Field(3, "str"),
    muted=Field(4, "bool"),
    width=Field(5, "int"),
    height=Field(6, "int"),
    source=Field(9, "int"),
    layers=Field(10, _LAYER, repeated=True),
    mime_type=Field(11, "str"),
    stream=Field(17, "str"),
)
_PERMISSION: Final = Schema(
    can_subscribe=Field(1, "bool"), can_publish=Field(2, "bool"), can_publish_data=Field(3, "bool")
)
_PARTICIPANT: Final = Schema(
    sid=Field(1, "str"),
    identity=Field(2, "str"),
    state=Field(3, "int"),
    tracks=Field(4, _TRACK, repeated=True),
    joined_at=Field(6, "int"),
    name=Field(9, "str"),
    version=Field(10, "int"),
    permission=Field(11, _PERMISSION),
    is_publisher=Field(13, "bool"),
)
_ROOM: Final = Schema(
    sid=Field(1, "str"),
    name=Field(2, "str"),
    creation_time=Field(5, "int"),
    num_participants=Field(9, "int"),
)
_SERVER: Final = Schema(version=Field(2, "str"), protocol=Field(3, "int"), region=Field(4, "str"))
_JOIN: Final = Schema(
    room=Field(1, _ROOM),
    participant=Field(2, _PARTICIPANT),
    other_participants=Field(3, _PARTICIPANT, repeated=True),
    server_version=Field(4, "str"),
    subscriber_primary=Field(6, "bool"),
    ping_timeout=Field(10, "int"),
    ping_interval=Field(11, "int"),
    server_info=Field(12, _SERVER),
)
_ADD_TRACK: Final = Schema(
    cid=Field(1, "str"), name=Field(2, "str"), type=Field(3, "int"), source=Field(8, "int")
)
_JOIN_REQUEST: Final = Schema(
    publisher_offer=Field(6, _DESCRIPTION),
    reconnect=Field(7, "bool"),
    participant_sid=Field(9, "str"),
)
_WRAPPED_JOIN_REQUEST: Final = Schema(compression=Field(1, "int"), join_request=Field(2, "bytes"))
_USER_PACKET: Final = Schema(
    participant_sid=Field(1, "str"),
    payload=Field(2, "bytes"),
    topic=Field(4, "str"),
    participant_identity=Field(5, "str"),
)

_QUALITY_UPDATE: Final = Schema(participant_sid=Field(1, "str"), quality=Field(2, "int"))

_NOTHING: Final = Schema()
REQUEST: Final = Schema(
    offer=Field(1, _DESCRIPTION),
    answer=Field(2, _DESCRIPTION),
    trickle=Field(3, _TRICKLE),
    add_track=Field(4, _ADD_TRACK),
    leave=Field(8, _NOTHING),
    ping=Field(14, "int"),
    ping_req=Field(16, _PING),
)
"""What a client sends over its signalling line; other fields are ignored."""

RESPONSE: Final = Schema(
    join=Field(1, _JOIN),
    answer=Field(2, _DESCRIPTION),
    offer=Field(3, _DESCRIPTION),
    track_published=Field(6, Schema(cid=Field(1, "str"), track=Field(2, _TRACK))),
    leave=Field(8, Schema(reason=Field(2, "int"), action=Field(3, "int"))),
    connection_quality=Field(12, Schema(updates=Field(1, _QUALITY_UPDATE, repeated=True))),
    pong=Field(18, "int"),
    reconnect=Field(19, Schema(server_info=Field(3, _SERVER))),
    pong_resp=Field(20, _PONG),
)
"""What the server sends."""

DATA_PACKET: Final = Schema(
    kind=Field(1, "int"),
    user=Field(2, _USER_PACKET),
    participant_identity=Field(4, "str"),
    sequence=Field(16, "int"),
    participant_sid=Field(17, "str"),
)
"""What the data channels carry."""


def unpack_join_request(data: bytes) -> Message:
    """Return the join request that a client of signalling v1 sends in its URL.

    Raises
    ------
    WireError
        When it is not valid, or too large.
    """
    wrapped = _WRAPPED_JOIN_REQUEST.decode(data)
    request: bytes = wrapped.get("join_request", b"")
    if wrapped.get("compression") == _GZIP:
        try:
            unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            request = unpacking.decompress(request, MAX_JOIN)
        except zlib.error as error:
            raise WireError(f"The join request cannot be unpacked: {error}.") from None
        if unpacking.unconsumed_tail:
            raise WireError("The join request is too large.")
    return _JOIN_REQUEST.decode(request)
