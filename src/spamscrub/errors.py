"""The exceptions that a user can cause; each says what happened, where, and the way out."""


class SpamscrubError(Exception):
    """Something in the input, the options or the files is not as spamscrub needs it."""


class PackError(SpamscrubError):
    """A pack cannot be used; the message names its file and rule."""


class PolicyError(SpamscrubError):
    """A policy holds a value that makes no sense."""


class AuditError(SpamscrubError):
    """An audit log cannot be read, or belongs to another text."""


class FormatError(SpamscrubError):
    """A document cannot be read or written in the format that was asked for."""


class RunError(SpamscrubError):
    """A run over many documents cannot begin, or cannot go on."""
