"""What can be wrong with a take."""


class TakeError(RuntimeError):
    """The take cannot be had in this form; the message says why and what to do."""
