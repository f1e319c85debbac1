"""What a pack's author should know before the pack is used: the loader takes the pack, but a person would object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from time import perf_counter

import regex

from spamscrub.folding import fold
from spamscrub.packs.matcher import Matcher
from spamscrub.packs.model import Pack, Rule
from spamscrub.patterns import lazy

SHORT_WORD = lazy(r"[a-z]{1,2}")
ESCAPED = lazy(r"\\.", regex.DOTALL)
CLASS = lazy(r"\[\^?\]?[^\]]*\]")
COMMENT = lazy(r"\#[^\n]*")
UNBOUNDED = lazy(r"[*+]|\{\d*,\}")

SLOWEST = 0.5
"""Seconds that a pattern may take on one adversarial text of ADVERSARIAL characters."""
ADVERSARIAL = 4000
FILLINGS = ("0", "a", "0 ", "a ", "0-", "- ", " ", "微", "微信", "a0", "qq:", "❤")


def lint(pack: Pack, others: Iterable[Pack] = ()) -> list[str]:
    """Return what is doubtful in `pack`, one sentence each with file and rule; nothing for a pack in good order.

    `others` are packs it is used with: an ad phrase or trade word that two packs of one language claim is named too.
    """
    found = [*_repeated(pack), *_shared(pack, others)]
    for rule in pack.rules:
        where = f"{pack.path}, rule {rule.id}: "
        found += [where + note for note in (*_phrases(rule), *_regex(rule))]
    return found + [f"{pack.path}, rule {rule.id}: {note}" for rule, note in _unused(pack)]


def _repeated(pack: Pack) -> Iterator[str]:
    rules: dict[str, list[str]] = defaultdict(list)
    for rule in pack.rules:
        for phrase in rule.phrases:
            rules[fold(phrase).text].append(rule.id)
    for phrase, ids in rules.items():
        if len(ids) > 1:
            yield f"{pack.path}, rules {', '.join(ids)}: {phrase!r} stands there {len(ids)} times. Keep one."


def _shared(pack: Pack, others: Iterable[Pack]) -> Iterator[str]:
    mine = _claims(pack)
    for other in others:
        if other.name == pack.name or not set(other.languages) & set(pack.languages):
            continue
        for phrase, rule in _claims(other).items():
            if phrase in mine:
                yield f"{pack.path}, rule {mine[phrase]}: {phrase!r} is in {other.name}, rule {rule}, too. Keep one."


def _claims(pack: Pack) -> dict[str, str]:
    """The phrases that only one family should claim, with their rules."""
    return {
        fold(phrase).text: rule.id for rule in pack.rules if rule.role in ("ad", "trade") for phrase in rule.phrases
    }


def _phrases(rule: Rule) -> Iterator[str]:
    if list(rule.phrases) != sorted(rule.phrases):
        first = next(a for a, b in zip(rule.phrases, sorted(rule.phrases), strict=True) if a != b)
        yield f"the list is not sorted from {first!r} on. Sort it by code point."
    for phrase in rule.phrases:
        folded = fold(phrase).text
        if folded != phrase:
            yield f"{phrase!r} is not as matched. Write {folded!r}."
        if len(folded) == 1 and rule.role != "part":
            yield f"{phrase!r} is a single character. Name a longer phrase, or give it the role part."
        elif rule.role in ("ad", "trade") and SHORT_WORD.fullmatch(folded):
            yield f"{phrase!r} is too short to tell anything. Name a longer phrase, or give it the role part."


def _unused(pack: Pack) -> Iterator[tuple[Rule, str]]:
    """Parts that no template names and no example or look-alike shows."""
    named = {piece.name for rule in pack.rules for piece in rule.template}
    doubtful = [rule for rule in pack.rules if rule.role == "part" and rule.kind != "template" and rule.id not in named]
    if not doubtful:
        return
    matcher = Matcher((pack,))
    texts = [*(example.dirty for example in pack.examples), *(keep.text for keep in pack.keeps)]
    shown = {hit.rule for text in texts for hit in matcher.hits(text)}
    for rule in doubtful:
        if rule.id not in shown:
            yield rule, "no template names it and no example shows it. Use it, or leave it out."


def _regex(rule: Rule) -> Iterator[str]:
    if rule.kind != "regex":
        return
    nested = _nested_quantifier(rule.pattern)
    if nested:
        yield f"an unbounded repeat inside an unbounded repeat ({nested}) can blow up. Bound one of the two: {{0,20}}."
    yield from _needs(rule)
    pattern = regex.compile(rule.pattern, regex.VERBOSE | regex.VERSION0)
    for text in _adversarial(rule):
        began = perf_counter()
        try:
            for _ in pattern.finditer(text, timeout=SLOWEST):
                if perf_counter() - began > SLOWEST:
                    raise TimeoutError
        except TimeoutError:
            yield f"took over {SLOWEST} s on {text[:12]!r} repeated. Bound its repeats, or make them possessive."
            return


def _needs(rule: Rule) -> Iterator[str]:
    for need in rule.needs:
        folded = fold(need).text
        if folded != need:
            yield f"the literal {need!r} is not as matched. Write {folded!r}."
        if len(need) == 1 and need.isascii() and need.isalnum():
            yield f"the literal {need!r} is a single letter, so the pattern runs nearly everywhere. Name a longer one."


def _adversarial(rule: Rule) -> Iterator[str]:
    """Long monotonous texts round the literals of a rule: what makes a backtracking pattern slow."""
    for filling in FILLINGS:
        yield (filling * ADVERSARIAL)[:ADVERSARIAL]
        for need in rule.needs[:3]:
            yield need + (filling * ADVERSARIAL)[:ADVERSARIAL] + "!"
    for need in rule.needs:
        yield (need * ADVERSARIAL)[:ADVERSARIAL]


def _nested_quantifier(pattern: str) -> str:
    """The first group with an unbounded repeat in it that is itself repeated without bound; empty if there is none."""
    bare = COMMENT.sub("", CLASS.sub("c", ESCAPED.sub("e", pattern)))
    bare = regex.sub(r"\s", "", bare)
    groups: list[tuple[int, bool]] = []
    for at, letter in enumerate(bare):
        if letter == "(":
            groups.append((at, False))
        elif letter == ")" and groups:
            start, repeats = groups.pop()
            here = UNBOUNDED.match(bare, at + 1)
            possessive = bool(here) and bare[here.end() : here.end() + 1] == "+"
            atomic = bare.startswith("(?>", start)
            if here and repeats and not possessive and not atomic:
                return str(bare[start : here.end()])
            if groups and (here or (repeats and not atomic)):
                groups[-1] = (groups[-1][0], True)
        elif groups and UNBOUNDED.match(bare, at) and bare[at - 1] not in "*+}":
            groups[-1] = (groups[-1][0], True)
    return ""
