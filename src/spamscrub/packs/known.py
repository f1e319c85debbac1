"""Which packs a run knew: what a log and the state of a run say of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from spamscrub.packs.everyday import everyday
from spamscrub.packs.model import Pack


class Known(NamedTuple):
    """The names of packs in order, and the hash of what they know; where their files lie does not count."""

    names: tuple[str, ...]
    sha256: str


def known(packs: Sequence[Pack]) -> Known:
    """What is said of some packs."""
    rules = sorted((pack.name, pack.languages, [(r.id, r.role, r.kind, r.phrases, r.template, r.pattern, r.needs, r.rare, r.everyday) for r in pack.rules]) for pack in packs)
    return Known(tuple(sorted(pack.name for pack in packs)), sha256(json.dumps([rules, sorted(everyday())]).encode("utf-8")).hexdigest())
