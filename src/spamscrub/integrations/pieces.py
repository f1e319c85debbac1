"""Several strings judged as one text, and each cut in its own place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from spamscrub.spans import Finding


class Piece(NamedTuple):
    """A string, and the joint that stands before it while it is judged; joints are in no string and are never cut."""

    text: str
    joint: str = "\n"


def laid_out(pieces: Sequence[Piece]) -> str:
    """The one text that is judged: the pieces with their joints; it never opens with an empty line."""
    return "".join(joint + piece.text for joint, piece in zip(_joints(pieces), pieces, strict=True))


def by_piece(pieces: Sequence[Piece], findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """The findings of the laid-out text for each piece, with offsets into that piece and without the joints.

    A finding that runs over several pieces comes out once for each, with the same score and evidence.
    """
    return [
        tuple(replace(f, start=f.start - start, end=f.end - start) for f in _clipped(findings, start, start + len(piece.text)))
        for start, piece in zip(_starts(pieces), pieces, strict=True)
    ]


def within_pieces(pieces: Sequence[Piece], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of the laid-out text, still with offsets into it, cut down to what lies in the pieces."""
    return tuple(
        finding
        for start, piece in zip(_starts(pieces), pieces, strict=True)
        for finding in _clipped(findings, start, start + len(piece.text))
    )


def _clipped(findings: Sequence[Finding], start: int, end: int) -> Iterator[Finding]:
    for finding in findings:
        low, high = max(start, finding.start), min(end, finding.end)
        if low < high:
            text = finding.text[low - finding.start : high - finding.start]
            yield replace(finding, start=low, end=high, text=text)


def _joints(pieces: Sequence[Piece]) -> list[str]:
    return [piece.joint if number else piece.joint.lstrip("\n") for number, piece in enumerate(pieces)]


def _starts(pieces: Sequence[Piece]) -> Iterator[int]:
    at = 0
    for joint, piece in zip(_joints(pieces), pieces, strict=True):
        at += len(joint)
        yield at
        at += len(piece.text)
