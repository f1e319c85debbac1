"""Spam families as data: packs are loaded, checked and matched here."""

from spamscrub.packs.known import known
from spamscrub.packs.lint import lint
from spamscrub.packs.loader import (
    builtin_known,
    builtin_packs,
    builtin_tables,
    keep_builtin_tables,
    load_pack,
    load_packs,
)
from spamscrub.packs.matcher import Hit, Matcher, Reading, packs_with_a_say
from spamscrub.packs.model import ROLES, Example, Keep, Pack, Piece, Rule

__all__ = [
    "ROLES",
    "Example",
    "Hit",
    "Keep",
    "Matcher",
    "Pack",
    "Piece",
    "Reading",
    "Rule",
    "builtin_known",
    "builtin_packs",
    "builtin_tables",
    "keep_builtin_tables",
    "known",
    "lint",
    "load_pack",
    "load_packs",
    "packs_with_a_say",
]
