"""The errors of a take."""


class TakeError(RuntimeError):
    """The take is not available in this form; the message says why and what to do."""
