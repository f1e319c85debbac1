"""Which lines need no judging: a bound from above on the score of any candidate there, from what is seen at a glance.

Most lines of most documents are the author's plain prose: letters of the host's script, no word of a pack. What a candidate
there can score at most follows from the weights and a few facts of its line: how it ends, where its letters are small,
whether it holds digits, words of ads, or words of another language. Lines that stay below the floor are not looked at any
further, and nothing else in the document depends on them. The bound must never be below a true score: a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import regex

from spamscrub.candidates import MOST_WORDS, SHORT, SIGNS, Wanted, sentence_starts, trim
from spamscrub.classifiers import ALL, Feature, Scene, form, lexicon, position
from spamscrub.classifiers.form import MEASURE, USUAL, of_text
from spamscrub.classifiers.guards import CELLS, CODE_LINE, LINK_NEAR, number_of
from spamscrub.classifiers.lexicon import TELLING_LETTERS
from spamscrub.classifiers.scene import HAN, INK, Page, encodes
from spamscrub.classifiers.wording import CLEARLY
from spamscrub.placement import VIEW
from spamscrub.scripts import CASELESS_DENSE
from spamscrub.spans import Span
from spamscrub.tokenizer import MARKER, Line

MOST_NATS = 40.0
"""From here on foreign words add nothing."""
MOST_CAMPAIGN = 3.0
"""Seven certain ads of a kind say no less than seventy."""
TOKENS = 40
"""Tokens from the start of a sentence that hold its first words, signs that stand alone counted in."""

STOPPED = regex.compile(r"[.!?…。！？؟۔।։][\"'”’»」』）)]*\s*$")
FIRST_CASED = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}]")
DIGIT = regex.compile(r"\d")
NUMBER = regex.compile(r"(?<![\p{Latin}\d])[a-z]{0,3}\d{2,6}(?!\d)|(?<=\p{Han})[a-z]{0,2}\d{2,5}", regex.I)
CENTURY = regex.compile(r"(?:19|20)\d\d")
LISTING = regex.compile(r"[|｜_/]")
LISTING_WITH_COMMAS = regex.compile(r"[|｜_,，、/]")
INNER_SPACE = regex.compile(r"\S\s+(?=\S)")
INNER_MARKER = regex.compile(rf"\S\s+(?={MARKER.pattern})\S", regex.VERBOSE)

INSIDE = ("boundary", "item-head", "item", "field", "middle")
"""Places of what begins inside a line or behind its marker."""
FOLLOWED = ("before-bracket", "before-capital", "before-caseless", "before-close", "before-dash", "before-digit", "before-lower",
            "before-marker", "before-quote", "before-sign", "before-comma")  # fmt: skip
BLOCKS = ("own-block", "own-paragraph", "block-edge", "in-place-of-blank")
FORMS = ("length", "code", "amount", "keyword-list", "lower-start", "lower-case", "title-case", "one-word")
ELSEWHERE = frozenset(
    {"prior", "words-new", "words-known", "ad-vocabulary", "foreign-language", "clearly-foreign", "clearly-foreign-in-slot",
     "foreign-language-rate", "english-guest", "rest-is-host", "rest-is-foreign", "head", "own-line", "tail", "after-stop",
     "after-word", "first-line", "last-line", "marker-fits", "han-forms", "no-kana", "odd-space", "campaign", "campaign-beside",
     "cells", "link-line", "code-line", "code-block", *INSIDE, *FOLLOWED, *BLOCKS, *FORMS}
)  # fmt: skip
"""The evidence that a bound is put together from; any other counts as seen where it speaks for an ad."""
CHEAP = (position.features, form.features, lexicon.features)
COSTLY = frozenset({"words-new", "words-known", "foreign-language", "clearly-foreign", "clearly-foreign-in-slot", "english-guest",
                    "foreign-language-rate", "rest-is-host", "rest-is-foreign", "han-forms", "no-kana"})  # fmt: skip
SEEN_CHEAPLY = frozenset(
    {"head", "own-line", "tail", "after-stop", "after-word", "first-line", "last-line", "marker-fits", "odd-space", "prior",
     "campaign", "campaign-beside", "glued-left", "glued-right", "cuts-number", "cuts-token", "number-at-end", "number-at-start",
     "cuts-name", "host-word-at-edge", "ad-vocabulary", "long", "tiny", "ends-as-sentence", "sentences-inside", "comma-inside", "link",
     "disguised", "signs", "part-beside", "cuts-phrase", "stray-capital", "stray-sign", "holds-certain",
     *INSIDE, *FOLLOWED, *BLOCKS, *FORMS}
)  # fmt: skip
"""The evidence of the cheap classifiers, and what comes later than all classifiers; `lexicon-…` too."""
LARGEST = {"host-language": 4.0, "harmless-kin": 4.0, "harmless-alike": 3.0, "topic": 4.0, "long": 3.0}
"""The largest value of evidence that is more than yes or no."""


class Facts(NamedTuple):
    """What is seen of a stretch at a glance; each is true where a candidate in it may have it."""

    cased: bool
    small: bool
    code: bool
    amount: bool
    listing: bool
    fits: bool
    dense: bool


class Most(NamedTuple):
    """The most that a candidate scores without foreign words and words of ads, by where it stands in its line."""

    head: float
    whole: float
    tail: float
    inner: float
    middle: float


class Sieve:
    """Tells which lines of a document hold candidates that may reach a floor; built once for a table of weights."""

    def __init__(self, weights: Mapping[str, Mapping[str, float]]):
        self._weights = weights
        self.weights = weights.get("same", {})
        commas = self.weights.get("keyword-list", 0.0) + self.weights.get("comma-inside", 0.0) > 0
        self.listing = LISTING_WITH_COMMAS if commas else LISTING
        self.vocabulary = self.most("ad-vocabulary")
        self.letters = self.most("lower-start") + self.most("lower-case")
        self._any, self._clearly, self._rate = self._by_language(self.weights)
        self.foreign = self.of_nats(MOST_NATS)
        self.base = self._base()
        self._known: dict[Facts, Most] = {}
        self._rest = {table: _of_costly(row) for table, row in weights.items()}

    def lines(self, page: Page, floor: float) -> dict[int, Wanted]:
        """The lines by number where a candidate may score `floor` or more or bears on others, and which candidates those are."""
        return _Pass(self, page, floor).lines()

    def features(self, scene: Scene, floor: float) -> list[Feature] | None:
        """What every classifier sees in a candidate; None where it cannot reach the floor and bears on no other.

        The cheap classifiers come first; the costly ones are asked when those leave a chance.
        """
        cheap = {look: list(look(scene)) for look in CHEAP}
        if bears_on_no_other(scene):
            weights = self._weights.get(scene.table, {})
            points = weights.get("prior", 0.0) + sum(weights.get(f.name, 0.0) * f.value for seen in cheap.values() for f in seen)
            if scene.hits:
                points += MOST_CAMPAIGN * max(0.0, weights.get("campaign", 0.0))
            if points + self._left(scene, floor - points) < floor:
                return None
        return [feature for look in ALL for feature in (cheap[look] if look in cheap else look(scene))]

    def _left(self, scene: Scene, lacking: float) -> float:
        """The most that the costly classifiers can add."""
        weights = self._weights.get(scene.table, {})
        rest = self._rest.get(scene.table, 0.0)
        if "Han" in scene.page.document.home:
            rest += 3.0 * max(0.0, weights.get("han-forms", 0.0)) + max(0.0, weights.get("no-kana", 0.0))
        any_nats, clearly, rate = self._by_language(weights)
        model = scene.page.around.model
        most = any_nats + clearly + MOST_NATS * rate
        if rest + most < lacking or model.silent:
            return rest + (0.0 if model.silent else most)
        nats = min(MOST_NATS, model.ahead(scene.text))
        return rest + (any_nats + clearly + rate * nats if nats > 0 else 0.0)

    @staticmethod
    def _by_language(weights: Mapping[str, float]) -> tuple[float, float, float]:
        """What any foreign language scores at most in a table, what it does beyond doubt, and what each nat adds."""
        found = max(0.0, weights.get("english-guest", 0.0)) + 2 * max(0.0, weights.get("foreign-language-rate", 0.0))
        found += max(0.0, weights.get("rest-is-host", 0.0), weights.get("rest-is-foreign", 0.0))
        clearly = max(0.0, weights.get("clearly-foreign", 0.0)) + max(0.0, weights.get("clearly-foreign-in-slot", 0.0))
        return found, clearly, max(0.0, weights.get("foreign-language", 0.0)) / 10

    def most(self, *names: str) -> float:
        """The largest of these weights, or nothing where none speaks for an ad."""
        return max(0.0, *(self.weights.get(name, 0.0) for name in names))

    def of_nats(self, nats: float) -> float:
        """The most that so many nats of foreign language score."""
        if nats <= 0:
            return 0.0
        return self._any + self._clearly * (nats >= CLEARLY) + self._rate * min(nats, MOST_NATS)

    def for_points(self, points: float) -> float:
        """The fewest nats that may score so many points."""
        return max(0.0, (points - self._any - self._clearly) / max(1e-9, self._rate))

    def _base(self) -> float:
        """The most that a candidate scores wherever it stands and whatever its form."""
        rest = (
            max(0.0, weight) * LARGEST.get(name, 1.0)
            for name, weight in self.weights.items()
            if name not in ELSEWHERE and not name.startswith("lexicon-")
        )
        return self.weights.get("prior", 0.0) + self.most("words-new", "words-known") + sum(rest)

    def by_place(self, facts: Facts) -> Most:
        """The most that candidates score in a stretch with these facts."""
        if facts not in self._known:
            self._known[facts] = self._worked_out(facts)
        return self._known[facts]

    def _worked_out(self, facts: Facts) -> Most:
        weight = self.weights.get
        base = self.base + USUAL * self.most("length") + self.most("title-case", "one-word")
        base += facts.code * self.most("code") + facts.amount * self.most("amount") + facts.listing * self.most("keyword-list")
        base += facts.dense * 2 * self.most("odd-space")
        small, anywhere = facts.small * self.letters, facts.cased * self.letters
        followed = (name for name in FOLLOWED if facts.fits or name != "before-marker")
        before = self.most(*followed) + facts.fits * self.most("marker-fits")
        field, item = weight("field", 0.0), weight("item", 0.0)
        return Most(
            head=base + small + before + max(weight("head", 0.0), field),
            whole=base + anywhere,
            tail=base + max(weight("tail", 0.0) + weight("after-word", 0.0), field, item) + anywhere,
            inner=base + small + before + max(weight(name, 0.0) for name in INSIDE),
            middle=base + anywhere + before + weight("middle", 0.0),
        )

    def form(self, text: str) -> float:
        """What the form of a text scores."""
        return sum(self.weights.get(seen.name, 0.0) * seen.value for seen in of_text(text, cased=True))

    def own_line(self, *, first: bool, last: bool) -> float:
        """The most that standing alone on its line scores."""
        edges = first * self.most("first-line") + last * self.most("last-line")
        return self.weights.get("own-line", 0.0) + edges + self.most(*BLOCKS)

    @cached_property
    def last_sentence(self) -> float:
        """The most that standing at the end of a line scores, for a sentence."""
        weight = self.weights.get
        tail = weight("tail", 0.0) + max(weight("after-stop", 0.0), weight("after-word", 0.0))
        return max(tail, weight("field", 0.0), weight("item", 0.0))


def _of_costly(weights: Mapping[str, float]) -> float:
    """The most that the costly classifiers can add in a table, apart from languages and Han characters from elsewhere."""
    rest = (
        max(0.0, weight) * LARGEST.get(name, 1.0)
        for name, weight in weights.items()
        if name not in SEEN_CHEAPLY and name not in COSTLY and not name.startswith("lexicon-")
    )
    return sum(rest) + max(0.0, weights.get("words-new", 0.0), weights.get("words-known", 0.0))


def bears_on_no_other(scene: Scene) -> bool:
    """Whether nothing else in the document depends on what a candidate scores, as long as it is not certain.

    That is so for one of the host's own script whose line has no others, unless it has words of a pack that others have too.
    """
    if scene.kind != "same" or not scene.page.is_plain(scene.candidate.line):
        return False
    return not scene.hits or (not scene.page.runs and scene.page.document.home == {"Latin"})


class _Pass:
    """One document on its way through the sieve."""

    def __init__(self, sieve: Sieve, page: Page, floor: float):
        self.sieve, self.page, self.floor = sieve, page, floor
        self.around = around = page.around
        self.document = around.document
        self.text = around.document.text
        self.home = around.document.home
        self.dense = bool(self.home & CASELESS_DENSE)
        self.bounds = around.model.bounds
        self.speechless = around.model.silent

    def lines(self) -> dict[int, Wanted]:
        found = {}
        for number, line in enumerate(self.document.lines):
            if self.page.blank[number]:
                continue
            wanted = self._wanted(number, line) if self.page.is_plain(number) else Wanted()
            if any(wanted):
                found[number] = wanted
        return found

    @cached_property
    def _last(self) -> int:
        """The last line with anything on it."""
        return max((n for n, blank in enumerate(self.page.blank) if not blank), default=0)

    def _wanted(self, number: int, line: Line) -> Wanted:
        """What of a plain line may reach the floor, and what of it holds words of a pack."""
        hits = [hit for hit in self.around.hits[number] if hit.role != "part"]
        text = self.text[line.start : line.end]
        if SIGNS.search(text):
            return Wanted()
        floor = self.floor - self._of_line(number, text)
        starts = [at - line.start for at in sentence_starts(self.text, line)]
        facts = self._facts(text, fits=self._fits(number, text))
        whole = self._whole_may_reach(number, text, starts, facts, floor)
        return Wanted(whole, self._parts_may_reach(text, starts, facts, floor), hits)

    def _parts_may_reach(self, text: str, starts: list[int], facts: Facts, floor: float) -> bool:
        """The first and the last words of a sentence."""
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            if self._head_may_reach(text[start:end], floor, fits=facts.fits, inner=start > 0):
                return True
            if not self.dense and self._tail_may_reach(text[start:end], facts, floor, last=end == len(text)):
                return True
        return self.dense and self._dense_tail_may_reach(text, facts, floor)

    def _of_line(self, number: int, text: str) -> float:
        """What every candidate of the line shares: signs of a table or of code, and characters from elsewhere."""
        weight = self.sieve.weights.get
        points = weight("code-block", 0.0) if number in self.page.fenced else 0.0
        if len(text) <= VIEW:
            for name, pattern in (("code-line", CODE_LINE), ("link-line", LINK_NEAR), ("cells", CELLS)):
                if pattern.search(text):
                    points += weight(name, 0.0)
        else:
            points += self.sieve.most("code-line") + self.sieve.most("link-line") + self.sieve.most("cells")
        return points + (self._forms(text) if "Han" in self.home else 0.0)

    def _forms(self, text: str) -> float:
        """What Han characters from elsewhere can add, and a Japanese line without kana."""
        signs = HAN.findall(text)
        charset = self.page.charset
        if len(signs) < 2 or charset is None:
            return 0.0
        alien = sum(not encodes(sign, charset) for sign in signs)
        kana = "Hiragana" in self.home and len(signs) >= 4
        return min(3.0, float(alien)) * self.sieve.most("han-forms") + kana * self.sieve.most("no-kana")

    def _facts(self, text: str, *, fits: bool = False) -> Facts:
        first = FIRST_CASED.search(text)
        digits = bool(DIGIT.search(text))
        return Facts(
            cased=first is not None,
            small=first is not None and first[0].islower(),
            code=digits and any(not CENTURY.fullmatch(found) for found in NUMBER.findall(text)),
            amount=digits and bool(MEASURE.search(text)),
            listing=len(self.sieve.listing.findall(text)) > 1,
            fits=fits,
            dense=self.dense,
        )

    def _fits(self, number: int, text: str) -> bool:
        """Whether a list marker stands inside the line, like one before a line beside it."""
        inside = {number_of(text[match.end() - 1]) for match in INNER_MARKER.finditer(text)}
        return bool(inside) and not inside.isdisjoint({self._marker_of(number - 1), self._marker_of(number + 1)})

    def _marker_of(self, number: int) -> str | None:
        """What kind of list marker a line begins with."""
        if not 0 <= number < len(self.document.lines):
            return None
        marker = MARKER.match(self.text, self.document.lines[number].start, self.document.lines[number].end)
        return number_of(marker[0]) or None if marker else None

    def _whole_may_reach(self, number: int, text: str, starts: list[int], facts: Facts, floor: float) -> bool:
        """The whole line, and its last sentence."""
        sieve = self.sieve
        ends = sieve.weights.get("ends-as-sentence", 0.0) if STOPPED.search(text) else 0.0
        lacking = floor - ends - sieve.by_place(facts).whole
        own = sieve.own_line(first=number == 0, last=number == self._last) if len(text) <= SHORT or len(starts) == 1 else 0.0
        if lacking - max(own, sieve.last_sentence) > sieve.foreign + sieve.vocabulary:
            return False
        if own and self._piece_may_reach(text, 0, floor - own):
            return True
        return any(self._piece_may_reach(text, start, floor - sieve.last_sentence) for start in starts[-1:] if start or not own)

    def _piece_may_reach(self, text: str, start: int, floor: float) -> bool:
        """What stands from `start` to the end of the line, its form looked at."""
        span = trim(text, Span(start, len(text)))
        piece = text[span.start : span.end]
        if not piece:
            return False
        sieve = self.sieve
        lacking = floor - sieve.base - sieve.form(piece)
        if lacking > sieve.foreign + sieve.vocabulary:
            return False
        points = sieve.of_nats(self.around.model.ahead(piece))
        return points >= lacking or (points + sieve.vocabulary >= lacking and points + sieve.vocabulary * self._share(piece) >= lacking)

    def _head_may_reach(self, text: str, floor: float, *, fits: bool, inner: bool) -> bool:
        """The first words of a sentence; `inner`: one that does not begin its line."""
        if self.dense:
            spaces = [match.start() + 1 for match in islice(INNER_SPACE.finditer(text[:62]), 4)]
            words = text[: spaces[-1]] if spaces else ""
            tokens = [words]
        else:
            words, tokens = _opening(text)
        if not words:
            return False
        most = self.sieve.by_place(self._facts(words, fits=fits))
        return self._may(words, tokens, floor - (most.inner if inner else most.head), _anywhere if self.dense else _from_the_start)

    def _tail_may_reach(self, text: str, facts: Facts, floor: float, *, last: bool) -> bool:
        """The last words of a sentence; `last`: the one that ends the line."""
        most = self.sieve.by_place(facts)
        lacking = floor - (max(most.tail, most.middle) if last and not STOPPED.search(text) else most.middle)
        if lacking > self.sieve.foreign + self.sieve.vocabulary:
            return False
        words, tokens = _closing(text)
        return self._may(words, tokens, lacking, _anywhere)

    def _dense_tail_may_reach(self, text: str, facts: Facts, floor: float) -> bool:
        """In a script without spaces: what stands behind the last spaces of a sentence."""
        if not INNER_SPACE.search(text):
            return False
        most = self.sieve.by_place(facts)
        ends = self.sieve.weights.get("ends-as-sentence", 0.0) if STOPPED.search(text) else 0.0
        places = self.sieve.weights.get("tail", 0.0) + max(self.sieve.weights.get("after-stop", 0.0), self.sieve.weights.get("after-word", 0.0))
        return self._may(text, [text], floor - max(most.whole + places + ends, most.inner), _anywhere)

    def _may(self, text: str, tokens: list[str], lacking: float, shares: Shares) -> bool:
        """Whether foreign words from the first of the tokens on, and words of ads, may make up for what is lacking."""
        sieve = self.sieve
        if lacking <= 0:
            return True
        if lacking > sieve.foreign + sieve.vocabulary:
            return False
        points = 0.0
        if not self.speechless:
            enough = sieve.for_points(lacking - sieve.vocabulary)
            points = sieve.foreign if self.bounds is None else sieve.of_nats(self.bounds.of_prefixes(tokens, enough))
        if points >= lacking or points + sieve.vocabulary < lacking:
            return points >= lacking
        return points + sieve.vocabulary * max(shares(text, self._worded(text)), default=0.0) >= lacking

    def _share(self, text: str) -> float:
        """The share of letters in words of ads, where those are enough to count."""
        covered = sum(len(INK.findall(text, span.start, span.end)) for span in self._worded(text))
        return covered / max(1, len(INK.findall(text))) if covered >= TELLING_LETTERS else 0.0

    def _worded(self, text: str) -> list[Span]:
        return self.around.matcher.vocabulary(text)


Shares = Callable[[str, list[Span]], Iterable[float]]


def _from_the_start(text: str, worded: list[Span]) -> Iterator[float]:
    """The shares of letters in words of ads for stretches from the start of a text to the end of such words."""
    covered = 0
    for span in worded:
        covered += len(INK.findall(text, span.start, span.end))
        if covered >= TELLING_LETTERS:
            yield covered / len(INK.findall(text, 0, span.end))


def _anywhere(text: str, worded: list[Span]) -> Iterator[float]:
    """The same for any stretch of the text."""
    if sum(len(INK.findall(text, span.start, span.end)) for span in worded) >= TELLING_LETTERS:
        yield 1.0


def _opening(text: str) -> tuple[str, list[str]]:
    """The first words of a text, as many as a candidate may have, and the tokens between spaces that they are made of."""
    tokens = text.split(None, TOKENS)[:TOKENS]
    count = _enough(tokens)
    if count == len(tokens):
        return text, tokens
    at = 0
    for token in tokens[:count]:
        at = text.index(token, at) + len(token)
    return text[:at], tokens[:count]


def _closing(text: str) -> tuple[str, list[str]]:
    """The last words of a text, as many as a candidate may have, and their tokens, last first."""
    tokens = text.rsplit(None, TOKENS)[-TOKENS:][::-1]
    count = _enough(tokens)
    if count == len(tokens):
        return text, tokens
    at = len(text)
    for token in tokens[:count]:
        at = text.rindex(token, 0, at)
    return text[at:], tokens[:count]


def _enough(tokens: list[str]) -> int:
    """How many of the tokens hold as many words as a candidate may have."""
    words = 0
    for count, token in enumerate(tokens, 1):
        words += token.isalnum() or any(map(str.isalnum, token))
        if words == MOST_WORDS:
            return count
    return len(tokens)
