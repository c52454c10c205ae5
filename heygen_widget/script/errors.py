"""What is wrong with a script, in words that say what to do."""


class ScriptError(ValueError):
    """A script cannot be read, changed or written."""
