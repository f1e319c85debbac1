"""spamscrub inside other tools: one thin module each, and the error for a tool that is not installed."""

from __future__ import annotations

from spamscrub.errors import SpamscrubError


class MissingExtra(SpamscrubError, ImportError):
    """A module of `spamscrub.integrations` was imported without the package that it is for."""

    def __init__(self, extra: str, package: str):
        super().__init__(f'{package}: not installed, and this integration is built on it; run: pip install "spamscrub[{extra}]"')
