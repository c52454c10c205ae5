"""Everything that can go wrong between this client and HeyGen, in one tree.

Knows no HTTP library: where an error comes from is decided in `_answers` and `_exchange`.

* HeyGenError
  · ConfigurationError        the key or the base URL cannot be used; nothing was sent
    + MissingKey              no key was given
  · ForkedProcess             a forked child used what its parent made; nothing was sent
  · InvalidRequest            the arguments are not valid; nothing was sent
  · NoMatch                   a search found nothing
  · APIError                  the server said no: a status other than 2xx
    + BadRequest              400, 422
    + AuthenticationFailed    401
    + InsufficientCredit      402
    + PermissionDenied        403
    + NotFound                404
    + Conflict                409
    + Gone                    410
      * EndpointSunset        410: HeyGen has shut this operation down
    + RateLimited             429
    + ServerError             500 to 599
  · UnexpectedResponse        the server said yes, in a shape this client cannot read
  · APIConnectionError        no response, or only a part of one
    + APITimeoutError         no response in time
"""
# ruff: noqa: N818  (as in httpx, a name says what happened: `RateLimited`, not `RateLimitedError`)


class HeyGenError(Exception):
    """Base of all errors of this client.

    Parameters
    ----------
    message
        What happened. Never contains the key.
    hint
        What it means and what to do.
    status
        HTTP status of the response, if there was one.
    code
        HeyGen's own code for the error, such as ``invalid_parameter``. Branch on the class, not
        on the code: the same error has had several codes.
    param
        The invalid field of the request.
    doc_url
        Where HeyGen explains the error.
    request_id
        The request id to quote to HeyGen's support.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        doc_url: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.code = code
        self.param = param
        self.doc_url = doc_url
        self.request_id = request_id

    def __str__(self) -> str:
        quote = f"(request id {self.request_id})" if self.request_id else ""
        return " ".join(part for part in (self.message, self.hint, quote) if part)


class ConfigurationError(HeyGenError):
    """The key or the base URL cannot be used. Nothing was sent."""


class MissingKey(ConfigurationError):
    """No key was given, neither as an argument nor in ``HEYGEN_API_KEY``."""


class ForkedProcess(HeyGenError):
    """A forked child used what its parent had made. Nothing was sent."""


class InvalidRequest(HeyGenError):
    """The arguments are not valid. Nothing was sent."""


class NoMatch(HeyGenError):
    """A search found nothing."""


class APIError(HeyGenError):
    """The server answered with a status other than 2xx; subclasses name the common ones."""


class BadRequest(APIError):
    """400 or 422: the request is not valid."""


class AuthenticationFailed(APIError):
    """401: the key is wrong or has expired."""


class InsufficientCredit(APIError):
    """402: the balance is too low."""


class PermissionDenied(APIError):
    """403: the key lacks the permission."""


class NotFound(APIError):
    """404: the resource does not exist, or no longer exists."""


class Conflict(APIError):
    """409: the current state does not allow this."""


class Gone(APIError):
    """410: the resource has ended. A session whose input is closed rejects more text this way."""


class EndpointSunset(Gone):
    """410: HeyGen has permanently shut this operation down."""


class RateLimited(APIError):
    """429: too many requests or sessions at once.

    Attributes
    ----------
    retry_after : float or None
        Seconds the server asks to wait, if given.
    position : int or None
        The place in a queue, from 1, where a workshop shares its avatars. Whoever asks again in
        time keeps it.
    wait : float or None
        About how many seconds it takes until it is one's turn, if given.
    """

    retry_after: float | None = None
    position: int | None = None
    wait: float | None = None


class ServerError(APIError):
    """5xx: the server failed. It may or may not have carried out the request."""


class UnexpectedResponse(HeyGenError):
    """The server accepted the request (`status` is 2xx) but its response is not valid."""


class APIConnectionError(HeyGenError):
    """The server could not be reached, or the connection broke.

    Attributes
    ----------
    sent : bool or None
        False: the request certainly never reached the server. True: it certainly did, only the
        response was lost. None: unknown.
    """

    sent: bool | None = None


class APITimeoutError(APIConnectionError):
    """The server did not respond in time."""
