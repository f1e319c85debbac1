"""Where worker processes come from: one process that holds a module, forked from again and again."""

from __future__ import annotations

import multiprocessing
import signal
from typing import Any

SMALL = 1 << 20
"""Inputs of so many bytes are done sooner in the process at hand than workers can start."""
WARM = "spamscrub.runner.warm"
"""The module that has a Cleaner with the built-in packs."""


def context(module: str) -> Any:
    """Processes that start from a clean slate with a module loaded; a fork of this process would copy its threads' locks.

    Where processes are forked from another one, that begins at once; called early, it loads the module while this process
    has other things to do.
    """
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    found = multiprocessing.get_context(method)
    if method == "forkserver":
        found.set_forkserver_preload([module])
        _begin()
    return found


def _begin() -> None:
    """Start the process that others are forked from, deaf to Ctrl-C from its first moment: that is for this process."""
    from multiprocessing import resource_tracker
    from multiprocessing.forkserver import ensure_running

    resource_tracker.ensure_running()  # or it would be begun below, and lift what is blocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
