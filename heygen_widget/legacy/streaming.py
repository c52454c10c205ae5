"""The streaming operations as methods of an asynchronous client; `operations` describes them."""

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.parts import AsyncWire, Resource, awaiting
from heygen_widget.legacy import operations


class AsyncStreaming(Resource[AsyncWire]):
    """HeyGen's Streaming Avatar sessions (v1), which HeyGen has reportedly shut down.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses (`EndpointSunset` if the API no longer exists), and `APIConnectionError`
    when there is no response.

    Parameters
    ----------
    heygen
        The client whose key, address and connections are used. It is not closed here.

    Examples
    --------
    >>> async with AsyncHeyGen() as heygen:  # doctest: +SKIP
    ...     await AsyncStreaming(heygen).list()
    ActiveSessions(sessions=())
    """

    def __init__(self, heygen: AsyncHeyGen) -> None:
        super().__init__(heygen.wire)

    new = awaiting(operations.new)
    start = awaiting(operations.start)
    ice = awaiting(operations.ice)
    task = awaiting(operations.task)
    interrupt = awaiting(operations.interrupt)
    stop = awaiting(operations.stop)
    list = awaiting(operations.sessions)
    keep_alive = awaiting(operations.keep_alive)
