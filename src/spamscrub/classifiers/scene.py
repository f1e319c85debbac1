"""What a classifier is given: a candidate in its document, with the facts that several classifiers share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import regex

from spamscrub import scripts
from spamscrub.candidates import Candidate, Surroundings
from spamscrub.packs import Hit
from spamscrub.placement import Placement, place
from spamscrub.tokenizer import Document, Line

WORDS = regex.compile(r"[\p{L}\p{M}]+")
PROSE = 60
"""A line with so many characters is prose."""
CODES = regex.compile(r"(?<!\p{Latin})(?:\p{Latin}{1,3}\d*|\p{Latin}?\d+\p{Latin}{0,2})(?!\p{Latin})")


class Feature(NamedTuple):
    """Something seen: the name of its weight, how strongly it was seen, and a few words for a reader."""

    name: str
    value: float
    detail: str = ""


@dataclass(frozen=True)
class Page:
    """Facts of the whole document that are worked out once."""

    around: Surroundings

    @property
    def document(self) -> Document:
        return self.around.document

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in the document's prose, in lower case; headings and ads alone are left out."""
        text = self.document.text
        prose = [text[line.start : line.end].lower() for line in self.document.lines if line.end - line.start >= PROSE]
        return Counter(WORDS.findall("\n".join(prose)))

    @cached_property
    def runs(self) -> list[tuple[int, int, int, str]]:
        """Every stretch of a script that is not at home: start, end, line, script; Latin too where it is foreign."""
        found = []
        for number, line in enumerate(self.document.lines):
            for run in self.document.foreign_runs(line.start, line.end):
                found.append((run.start, run.end, number, scripts.main_script(self.document.text[run.start : run.end])))
        return found

    @cached_property
    def blank(self) -> list[bool]:
        """Which lines hold nothing but white space."""
        text = self.document.text
        return [not text[line.start : line.end].strip() for line in self.document.lines]

    @cached_property
    def filled(self) -> int:
        """The number of lines that are not blank."""
        return max(1, len(self.blank) - sum(self.blank))


@dataclass(frozen=True)
class Scene:
    """A candidate with its document."""

    page: Page
    candidate: Candidate

    @cached_property
    def text(self) -> str:
        """The candidate's own characters."""
        return self.page.document.text[self.candidate.start : self.candidate.end]

    @cached_property
    def line(self) -> Line:
        return self.page.document.lines[self.candidate.line]

    @cached_property
    def placement(self) -> Placement:
        return place(self.page.document, self.candidate)

    @cached_property
    def script(self) -> str:
        """The script of most of the candidate's letters."""
        return scripts.main_script(self.text)

    @cached_property
    def kind(self) -> str:
        """How its letters relate to the host; each kind has its own weights.

        `script`: all of a script that is not at home; `latin`: Latin in a host of another script; `same`: the host's
        own script; `mixed`: of both.
        """
        home = self.page.document.home
        seen = scripts.profile(CODES.sub("", self.text))
        foreign = sum(n for name, n in seen.items() if name not in home and name != "Latin")
        ordinary = sum(n for name, n in seen.items() if name in home or name == "Latin")
        if foreign:
            return "mixed" if ordinary > 0.1 * foreign else "script"
        latin = seen.get("Latin", 0)
        return "latin" if latin and latin == ordinary and home != {"Latin"} and self._apart(home) else "same"

    def _apart(self, home: frozenset[str]) -> bool:
        """Whether Latin letters stand out: they are not at home, or the host writes without spaces."""
        return "Latin" not in home or bool(home & scripts.CASELESS_DENSE)

    @cached_property
    def hits(self) -> list[Hit]:
        """The lexicon hits inside the candidate."""
        start, end = self.candidate.start, self.candidate.end
        return [hit for hit in self.page.around.hits[self.candidate.line] if hit.start >= start and hit.end <= end]


Classifier = Callable[[Scene], Iterator[Feature]]
"""A pure function from a candidate in its document to what it sees there."""
