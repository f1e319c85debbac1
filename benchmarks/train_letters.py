"""Learn which groups of letters ads are made of, from the project's own packs and texts, and write `src/spamscrub/letters.txt`.

    python benchmarks/train_letters.py [--write]

Ads are the phrases of the packs, alone and in pairs of goods and offer; every pack counts alike. Ordinary text is what
fixtures and packs keep: the stretches that spamscrub would judge there, and the words of their lines in small portions. No
benchmark document is read. The weight of a group is log((ads + SMOOTH) / (ordinary + SMOOTH)), counted per stretch.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from math import log

from records import ROOT, own_records

from spamscrub.candidates import candidates
from spamscrub.classifiers import Scene
from spamscrub.classifiers.letters import WORDS, groups
from spamscrub.classifiers.scene import Page
from spamscrub.cleaner import Cleaner
from spamscrub.packs import Pack, builtin_packs
from spamscrub.scripts import CASELESS_DENSE, main_script

LETTERS = ROOT / "src" / "spamscrub" / "letters.txt"
MOST_PHRASES = 1200
"""So many phrases of one role and so many pairs of a pack are enough."""
FEWEST_PHRASES = 20
"""A pack with fewer phrases in a writing system says nothing about it."""
LONGEST = 120
"""A longer stretch is no candidate for an ad."""
SMOOTH = 10.0
RARE = 9
"""Groups in fewer stretches are left out,"""
WEAK = 0.4
"""and so are those that say so little."""
STRIDE = 7919
"""A prime: phrases are taken in steps of it, so that neighbours in the alphabet do not stand in for all."""
ANY = "any"
"""The source of what stands in other letters than its host's, in which no language can be told."""


class Counts:
    """In how many stretches of each source a group of a writing system stands, and how many stretches there are."""

    def __init__(self) -> None:
        self.groups: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self.stretches: Counter[tuple[str, str]] = Counter()

    def add(self, source: str, text: str) -> None:
        """Count one stretch."""
        writing = writing_of(text)
        if found := groups(text, main_script(text)):
            self.stretches[writing, source] += 1
            for group in found:
                by_source = self.groups[writing, group]
                by_source[source] = by_source.get(source, 0) + 1


def writing_of(text: str) -> str:
    """The script of most letters, the East Asian ones as one."""
    script = main_script(text)
    return "Han" if script in ("Hiragana", "Katakana") else script


def ads(pack: Pack) -> Iterator[str]:
    """Phrases of a pack, and pairs of its goods and offers in either order."""
    by_role = {role: _spread([phrase for rule in pack.rules if rule.role == role for phrase in rule.phrases]) for role in ("trade", "offer", "ad")}
    for phrases in by_role.values():
        yield from phrases
    goods, offers = by_role["trade"], by_role["offer"]
    if goods and offers:
        for n in range(MOST_PHRASES):
            pair = (goods[n * STRIDE % len(goods)], offers[n % len(offers)])
            yield " ".join(pair if n % 3 else pair[::-1])


def _spread(phrases: Sequence[str]) -> list[str]:
    found = sorted(set(phrases))
    order = sorted(range(len(found)), key=lambda n: (n * STRIDE % (len(found) or 1), n))
    return [found[n] for n in islice(order, MOST_PHRASES)]


def ordinary() -> Iterator[tuple[str, str]]:
    """Stretches of text that nobody would cut, each with its source: a pack, or the language of a fixture."""
    cleaner = Cleaner(weights={})
    for record in own_records():
        name, text = str(record["id"]), str(record["text"])
        pack = name.split("#")[0] if "#" in name else ""
        language = pack or f"language:{str(record['host_lang']).split('-')[0]}"
        spans = [(start, end) for start, end in record["spans"]]
        page = Page(cleaner.surroundings(text))
        judged = [Scene(page, candidate) for candidate in candidates(page.around)]
        apart = {s.text: s.kind for s in judged if len(s.text) <= LONGEST and not _touches(spans, s.candidate.start, s.candidate.end)}
        yield from ((language if kind == "same" else pack or ANY, piece) for piece, kind in apart.items())
        at = 0
        for line in text.splitlines(keepends=True):
            if not _touches(spans, at, at + len(line)):
                yield from ((language, piece) for piece in pieces(line))
            at += len(line)


def _touches(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < b and end > a for a, b in spans)


def pieces(line: str) -> Iterator[str]:
    """Portions of two to seven words, or of so many letters where words are not spaced."""
    size, taken = 2, list[str]()
    for word in WORDS.findall(line):
        if main_script(word) in CASELESS_DENSE:
            yield from (word[at : at + 9] for at in range(0, len(word), 9))
            continue
        taken.append(word)
        if len(taken) >= size:
            yield " ".join(taken)
            size, taken = size % 6 + 2, []
    if taken:
        yield " ".join(taken)


@cache
def counts() -> tuple[Counts, Counts]:
    """What is counted in ads and in ordinary text."""
    spam, ham = Counts(), Counts()
    for pack in builtin_packs():
        for phrase in ads(pack):
            spam.add(pack.name, phrase)
    for source, piece in ordinary():
        ham.add(source, piece)
    return spam, ham


class Learned(dict[str, float]):
    """The weight of each group, worked out when it is asked for, without the packs in `without`.

    Ordinary text of a language that no pack left knows is left out as well: else it would be the language that speaks.
    """

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.spam, self.ham = counts()
        self.packs = [pack for pack in builtin_packs() if pack.name not in without]
        known = {language for pack in self.packs for language in pack.languages}
        self.sources = {source for _, source in self.ham.stretches if source not in without}
        self.sources = {s for s in self.sources if not s.startswith("language:") or s.removeprefix("language:") in known | {"und"}}
        self.speakers = {w: self._speakers(w) for w in {w for w, _ in self.spam.stretches}}
        self.sizes = {w: sum(self.ham.stretches[w, source] for source in self.sources) for w in self.speakers}

    def _speakers(self, writing: str) -> list[str]:
        return [pack.name for pack in self.packs if self.spam.stretches[writing, pack.name] >= FEWEST_PHRASES]

    def __missing__(self, group: str) -> float:
        writing = writing_of(group)
        packs, weight = self.speakers.get(writing, []), 0.0
        if packs:
            found = self.spam.groups.get((writing, group), {})
            share = sum(found[pack] / self.spam.stretches[writing, pack] for pack in packs if pack in found) / len(packs)
            kept = self.ham.groups.get((writing, group), {})
            seen, usual = share * self.sizes[writing], sum(count for source, count in kept.items() if source in self.sources)
            weight = round(log((seen + SMOOTH) / (usual + SMOOTH)), 1) if seen + usual >= RARE else 0.0
        self[group] = weight if abs(weight) >= WEAK else 0.0
        return self[group]


@cache
def learned(without: frozenset[str] = frozenset()) -> Learned:
    """The weights without some packs; kept, since many documents ask for the same."""
    return Learned(without)


def everything() -> Mapping[str, float]:
    """All groups that say something."""
    spam, ham = counts()
    model = learned()
    for _, group in (*spam.groups, *ham.groups):
        model[group]
    return {group: weight for group, weight in model.items() if weight}


def as_text(weights: Mapping[str, float]) -> str:
    """The weights as text, those alike on one line, `_` for a space."""
    alike: defaultdict[float, list[str]] = defaultdict(list)
    for group in sorted(weights):
        alike[weights[group]].append(group.replace(" ", "_"))
    lines = ["# Log-odds of advertising for groups of letters, learned, not edited: a weight and the groups that have it. Made by:"]
    lines += ["#   python benchmarks/train_letters.py --write"]
    return "\n".join([*lines, *(f"{weight:.1f} {' '.join(alike[weight])}" for weight in sorted(alike))]) + "\n"


def main() -> None:
    """Learn, and write or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"write {LETTERS.name}")
    text = as_text(everything())
    if parser.parse_args().write:
        LETTERS.write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
