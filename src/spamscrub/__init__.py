"""Cut injected advertising out of scraped articles, leave every other character alone, and prove it.

    from spamscrub import clean
    print(clean(text).text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spamscrub.cleaner import Cleaner, clean, replay, restore
    from spamscrub.errors import SpamscrubError
    from spamscrub.packs import Pack, builtin_packs, load_pack
    from spamscrub.policy import Policy
    from spamscrub.spans import CleanResult, Evidence, Finding, Span, Verdict

__version__ = "0.1.0"

_HOMES = {
    "clean": "cleaner",
    "Cleaner": "cleaner",
    "replay": "cleaner",
    "restore": "cleaner",
    "SpamscrubError": "errors",
    "Pack": "packs",
    "builtin_packs": "packs",
    "load_pack": "packs",
    "Policy": "policy",
    "CleanResult": "spans",
    "Evidence": "spans",
    "Finding": "spans",
    "Span": "spans",
    "Verdict": "spans",
}
"""Where each public name lives; it is imported when first used, so that `import spamscrub` costs next to nothing."""

__all__ = [
    "CleanResult",
    "Cleaner",
    "Evidence",
    "Finding",
    "Pack",
    "Policy",
    "SpamscrubError",
    "Span",
    "Verdict",
    "__version__",
    "builtin_packs",
    "clean",
    "load_pack",
    "replay",
    "restore",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'spamscrub' has no attribute {name!r}")
    return getattr(import_module(f"spamscrub.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
