"""Where worker processes come from: one process that holds a module, forked from again and again."""

from __future__ import annotations

import multiprocessing
from typing import Any


def context(module: str) -> Any:
    """Processes that start from a clean slate with a module loaded; a fork of this process would copy its threads' locks."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    found = multiprocessing.get_context(method)
    if method == "forkserver":
        found.set_forkserver_preload([module])
    return found


def head_start(module: str) -> None:
    """Begin to load a module where processes will be forked from, while this process has other things to do."""
    if context(module).get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        ensure_running()
