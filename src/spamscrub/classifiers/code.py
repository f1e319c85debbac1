"""Code: what looks like a statement, and comments, whose words are the author's in whatever script they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spamscrub.patterns import lazy

READ = 160
"""So much of a line is looked at for the beginning of a comment or statement; bounds the work on endless ones."""
FEW = 3
"""Code has so many lines of statements at least,"""
SHARE = 0.15
"""and such a share of all lines that are not blank."""
STATEMENT_SIGNS = "{};(["
STATEMENT_ENDS = tuple(STATEMENT_SIGNS)
STATEMENT = lazy(
    r"\s*(?:(?:import|def|return|const|var|export|function|package|elif)[ (]|(?:from|class|let|public|private|using|if|else|for|while|try|except)\b.{0,140}[:;)]\s*$"
    r"|from\s\S+\simport\b|msg(?:id|str|ctxt)[a-z_\d\[\]]{0,9}\s\"|[A-Za-z_.$][A-Za-z\d_.$]{0,60}(?:\(|\s?[+:]?=[^=])|@[A-Za-z\d_.]{1,60}\(|[})\]])"
)
SIGN = lazy(r"(?:^|\s)(?:#(?:[\s#:!]|[^\x00-\x7f])|//|/\*|<!--)")
BLOCKS = "\"\"\" \"\"\" ''' ''' /* */ <!-- -->"
"""What opens a comment of several lines or a docstring, and what closes it, in turn."""


def is_statement(line: str) -> bool:
    """Whether a line looks like one of code; a list or a title may as well, so `is_code` should say that the text is."""
    return line.rstrip().endswith(STATEMENT_ENDS) or bool(STATEMENT.match(line[:READ]))


def is_code(lines: Iterable[str]) -> bool:
    """Whether the lines of a text are code, with comments perhaps."""
    filled = [line for line in lines if line.strip()]
    return sum(map(is_statement, filled)) >= max(FEW, SHARE * len(filled))


def comments(lines: Iterable[str]) -> Mapping[int, int]:
    """For each line of code with a comment in it, the place in code points where that begins."""
    found: dict[int, int] = {}
    blocks = [*zip(BLOCKS.split()[::2], BLOCKS.split()[1::2], strict=True)]
    closing = ""  # of the block that goes on
    for number, line in enumerate(lines):
        if closing:
            found[number] = 0
            closing = "" if closing in line else closing
            continue
        sign = SIGN.search(line[:READ])
        if sign:
            found[number] = sign.start()
        for opens, closes in blocks:
            at = line.find(opens)
            if at >= 0:
                found[number] = min(at, found.get(number, at))
                closing = "" if closes in line[at + len(opens) :] else closes
                break
    return found
