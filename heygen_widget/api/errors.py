"""Everything that can go wrong between this client and HeyGen, in one tree.

Knows no HTTP library: where an error comes from is decided in `_answers` and `_exchange`.

* HeyGenError
  · ConfigurationError        the key or the base URL cannot be used; nothing was sent
    + MissingKey              there is no key
  · ForkedProcess             a forked child used what its parent made; nothing was sent
  · InvalidRequest            the arguments are not what the API takes; nothing was sent
  · APIError                  the server said no: a status other than 2xx
    + BadRequest              400, 422
    + AuthenticationFailed    401
    + InsufficientCredit      402
    + PermissionDenied        403
    + NotFound                404
    + Conflict                409
    + Gone                    410
      * EndpointSunset        410: HeyGen has taken this operation out of service
    + RateLimited             429
    + ServerError             500 to 599
  · UnexpectedResponse        the server said yes, in a shape this client cannot read
  · APIConnectionError        there was no answer, or only a part of one
    + APITimeoutError         there was no answer in time
"""
# ruff: noqa: N818  (as in httpx, a name says what happened: `RateLimited`, not `RateLimitedError`)


class HeyGenError(Exception):
    """Base of all errors of this client.

    Parameters
    ----------
    message
        What happened. Never holds the key.
    hint
        What it means and what to do.
    status
        HTTP status of the answer, if there was one.
    code
        HeyGen's own word for the error, such as ``invalid_parameter``. Branch on the class, not
        on this: the same error has had several codes.
    param
        The field of the request that is at fault.
    doc_url
        Where HeyGen explains the error.
    request_id
        What to quote to HeyGen's support.
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
    """There is no key, neither as an argument nor in ``HEYGEN_API_KEY``."""


class ForkedProcess(HeyGenError):
    """A forked child used what its parent had made. Nothing was sent."""


class InvalidRequest(HeyGenError):
    """The arguments are not what the API takes. Nothing was sent."""


class APIError(HeyGenError):
    """The server answered with a status other than 2xx; subclasses name the common ones."""


class BadRequest(APIError):
    """400 or 422: the server does not take this request."""


class AuthenticationFailed(APIError):
    """401: the key is wrong or has expired."""


class InsufficientCredit(APIError):
    """402: the balance does not pay for this."""


class PermissionDenied(APIError):
    """403: the key may not do this."""


class NotFound(APIError):
    """404: there is no such thing, or no longer."""


class Conflict(APIError):
    """409: it does not go together with the present state."""


class Gone(APIError):
    """410: it is over. A session whose input is closed answers so to more text."""


class EndpointSunset(Gone):
    """410: HeyGen has taken this operation out of service. Nothing will bring it back."""


class RateLimited(APIError):
    """429: too many requests or sessions at once.

    Attributes
    ----------
    retry_after : float or None
        Seconds the server asks to wait, if it says.
    """

    retry_after: float | None = None


class ServerError(APIError):
    """5xx: the server failed. Whether it did what was asked is not known."""


class UnexpectedResponse(HeyGenError):
    """The server took the request (`status` is 2xx) and answered in a shape that was not agreed."""


class APIConnectionError(HeyGenError):
    """The server could not be reached, or the connection broke.

    Attributes
    ----------
    sent : bool or None
        False: the request certainly never reached the server. True: it certainly did, only the
        answer is lost. None: nobody knows.
    """

    sent: bool | None = None


class APITimeoutError(APIConnectionError):
    """There was no answer in time."""
