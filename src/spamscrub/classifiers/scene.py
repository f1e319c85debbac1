"""What a classifier is given: a candidate in its document, with the facts that several classifiers share."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from spamscrub import contacts, scripts
from spamscrub.candidates import Candidate, Surroundings
from spamscrub.classifiers import code
from spamscrub.language import guest_language
from spamscrub.packs import Hit, packs_with_a_say
from spamscrub.patterns import lazy
from spamscrub.placement import VIEW, Placement, place
from spamscrub.spans import Span, cut
from spamscrub.tokenizer import EAST_ASIAN, MARKER, Document, Line

WORDS = lazy(r"[\p{L}\p{M}]+")
PROSE = 60
"""A line with so many characters is prose."""
FEW_PEERS = 4
"""More strings than these without a word of ads among them are no campaign but a glossary, or a text in two languages."""
MOST_WORDED = 8
"""One line in so many of those that hold a script may have words of ads in a glossary."""
SHORT = 6
"""A line of fewer characters says nothing of its language."""
NEAR = 12
"""A list reaches so many lines."""
LINES_READ, LINE_READ = 40, 400
"""Of so many lines of prose the language is asked, and of no more characters of one."""
HAN = lazy(r"\p{Han}")
HANS = lazy(r"\p{Han}{2,}")
CHARSETS = {"Japanese": "shift_jis", "Hant": "big5", "Hans": "gb2312", "Korean": "euc_kr"}
"""The character sets that tell apart who writes with which Han characters."""
DENSE = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
DENSE_GAP = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}] [\p{Han}\p{Hiragana}\p{Katakana}]")
INK = lazy(r"[\p{L}\p{M}\p{N}]")
NO_INK = bytes(byte for byte in range(128) if not chr(byte).isalnum())
FENCE = lazy(r"\s*(?:```|~~~)(\s?\w+)?")
LATIN = lazy(r"\p{Latin}")
GUEST = lazy(r"(?<![\p{Latin}\d/_.@=-])\p{Ll}[\p{Latin}\d'’-]*(?:[ ][\p{Latin}\d$€£][\p{Latin}\d'’&%-]*)+(?<=\p{Latin}[\p{Latin}\d'’ ]*)")
FAIR_PART = 0.35
SPACED = 0.7
"""The share of lines between blank lines from which a document is taken to put one round every paragraph."""
FACING = 6
"""A reading in an alphabet is at most so many times as long as the words in ideograms or syllables, and some."""
ENCLOSING_BEFORE = lazy(r"[\p{Ps}\p{Pi}\"'“‘«„:：—–-]\s?$")
ENCLOSING_AFTER = lazy(r"\s?[\p{Pe}\p{Pf}\"'”»(（,，:：—–-]")
SENTENCE_BEFORE = lazy(r"[.!?]\s*$")
ANY_SENTENCE_BEFORE = lazy(r"[.!?…。！？؟۔।։][\"'”’»」』）)\]]*\s*$")
OPENS_SMALL = lazy(r"\s*\p{Ll}")
CARRIED, FEW = 0.1, 20
"""Where such a share of the lines below others begin in lower case, or of so many where there are fewer, sentences go on from line to line."""
SENTENCE = 12
"""A stretch of another script with fewer code points is no sentence."""
TERMINAL = lazy(
    r"^\s*(?:[$%]\s+\S|#\s+\p{Ll}|[\w.-]+@[\w.-]+:\S*[#$]\s)"  # a prompt and a command
    r"|(?:^|\s)[-dlbcps](?:[r-][w-][xsStT-]){3}"  # the mode of a file
    r"|\s--[a-z][a-z-]+|\s-[A-Za-z]{1,2}\s"  # options
    r"|(?:^|[\s\"'(=])~?/[\w.-]+/[\w./-]+"  # a path
    r"|\s\|\s?(?:awk|cat|cut|grep|head|less|more|sed|sort|tail|tee|tr|uniq|wc|xargs)\b"  # a pipe
    r"|\s2?>>?\s?[\w-]*[./~][\w./~-]+|\s&&\s"  # a file that output goes to; one command after the other
)
NUMBERED = lazy(r"([^\d]{1,20}?)\s?\d{1,3}(?:[.:]\d{1,3})*[.:)]?(?:\s|$)")
"""A word, no longer than any before the number of a caption, and the number."""
CLEARLY = 8.0
"""Nats from which a piece is of another language beyond doubt, were it not for names and quotations."""
BRIEF = 30
"""In so short a text a contact goes with it wherever it stands; in a longer one inside a sentence it is what that speaks of."""
BESIDE = 2
"""A contact so near to words of ads, a space or colon between, goes with them."""
NAMED = 0.3
"""A site's name speaks of a trade where one word of it fills so much of the name."""
SHORTEST_NAME, LONGEST_NAME = 3, 20
"""In a site's name words of so many letters are looked for."""
CONTACT_HIT = ("part", "", "contact")
"""Role, pack and rule of what a contact is among words of ads: it goes with them."""
CODES = lazy(r"(?<!\p{Latin})(?:\p{Latin}{1,3}\d*|\p{Latin}?\d+\p{Latin}{0,2})(?!\p{Latin})")


class Feature(NamedTuple):
    """Something seen: the name of its weight, how strongly it was seen, and a few words for a reader."""

    name: str
    value: float
    detail: str = ""


def ink(text: str) -> int:
    """How many letters, marks and digits a text has."""
    return len(text.encode().translate(None, NO_INK)) if text.isascii() else len(INK.findall(text))


def coverage(scene: Scene, hits: Sequence[Hit]) -> float:
    """The share of its letters and digits that lie inside `hits`, some of those in it, or in contacts directly beside them."""
    text, start = scene.text, scene.candidate.start
    inked = ink(text)
    covered, end = 0, start
    beside = [Hit(start + s, start + e, *CONTACT_HIT) for s, e in attached(scene.contacts, hits, start)]
    for hit in sorted([*hits, *beside]):
        if hit.end > end:
            covered += ink(text[max(hit.start, end) - start : hit.end - start])
            end = hit.end
    return covered / inked if inked else 0.0


def attached(found: Sequence[Span], hits: Sequence[Hit], start: int) -> list[Span]:
    """The contacts, as places in a text that begins at `start`, that stand at most `BESIDE` characters from a hit."""
    edges = [(hit.start - start, hit.end - start) for hit in hits]
    return [span for span in found if any(first - BESIDE <= span.end and span.start <= last + BESIDE for first, last in edges)]


def _share_of_trade(name: str, words: Collection[str]) -> float:
    """The share of the letters of `name` that the longest of the words in it has."""
    if not name:
        return 0.0
    for size in range(min(len(name), LONGEST_NAME), SHORTEST_NAME - 1, -1):
        if any(name[at : at + size] in words for at in range(len(name) - size + 1)):
            return size / len(name)
    return 0.0


def between(hits: Sequence[Hit], start: int, end: int) -> Sequence[Hit]:
    """Those of `hits`, which are sorted, that begin in `[start, end)`."""
    return hits[bisect_left(hits, start, key=_start) : bisect_left(hits, end, key=_start)]


def _start(hit: Hit) -> int:
    return hit.start


def _site_start(site: tuple[Span, float]) -> int:
    return site[0].start


def _run_start(run: ForeignRun) -> int:
    return run.start


def _guest_start(guest: Guest) -> int:
    return guest.start


def _guest_end(guest: Guest) -> int:
    return guest.end


class ForeignRun(NamedTuple):
    """A stretch of a script that is not at home; `set_off`: inside a sentence, or behind or before a bracket or dash."""

    start: int
    end: int
    line: int
    script: str
    set_off: bool


class Guest(NamedTuple):
    """A phrase in Latin letters and lower case in a host of another script; `apart`: where ads stand, in no sentence."""

    start: int
    end: int
    line: int
    apart: bool


@dataclass
class Usage:
    """How often a script stands in prose or apart, on which lines, on which without words of ads, and with what."""

    inline: int = 0
    standing: int = 0
    lines: Counter[int] = field(default_factory=Counter)
    quiet: set[int] = field(default_factory=set)
    texts: Counter[str] = field(default_factory=Counter)


def shared(script: str) -> str:
    """The script, and Han for all that Chinese and Japanese share."""
    return "Han" if script in EAST_ASIAN else script


def is_set_off(before: str, after: str) -> bool:
    """Whether a run with this before and after it in its line stands in a sentence or is set off by signs, as a gloss is."""
    if (ENCLOSING_BEFORE.search(before[-2:]) and not MARKER.fullmatch(before)) or ENCLOSING_AFTER.match(after):
        return True
    return bool(before.strip()) and bool(after.strip()) and not SENTENCE_BEFORE.search(before)


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
    def runs(self) -> Mapping[int, list[ForeignRun]]:
        """The stretches of scripts that are not at home, by line."""
        found: dict[int, list[ForeignRun]] = {}
        text = self.document.text
        for number, line in enumerate(self.document.lines):
            for start, end in self.document.foreign_runs(line.start, line.end):
                set_off = is_set_off(text[max(line.start, start - VIEW) : start], text[end : min(line.end, end + VIEW)])
                found.setdefault(number, []).append(ForeignRun(start, end, number, scripts.main_script(text[start:end]), set_off))
        return found

    def runs_beside(self, number: int, script: str, start: int, end: int) -> list[ForeignRun]:
        """The stretches of a script in a line that overlap or touch `[start, end)`."""
        runs, longest = self._runs_by_script.get((number, script), ([], 0))
        first = bisect_left(runs, start - longest, key=_run_start)
        return [run for run in runs[first : bisect_right(runs, end, key=_run_start)] if run.end >= start]

    @cached_property
    def _runs_by_script(self) -> Mapping[tuple[int, str], tuple[list[ForeignRun], int]]:
        """The runs of each line and script in order, with the length of the longest."""
        found: dict[tuple[int, str], tuple[list[ForeignRun], int]] = {}
        for number, runs in self.runs.items():
            for run in runs:
                before, longest = found.get((number, run.script), ([], 0))
                before.append(run)
                found[number, run.script] = before, max(longest, run.end - run.start)
        return found

    @cached_property
    def usage(self) -> Mapping[str, Usage]:
        """How the document uses each script that is not at home."""
        found: dict[str, Usage] = {}
        for number, runs in self.runs.items():
            worded = any(hit.role != "part" for hit in self.around.hits[number])
            for run in runs:
                use = found.setdefault(run.script, Usage())
                use.inline += run.set_off
                use.standing += not run.set_off
                use.lines[number] += 1
                use.texts[self.document.text[run.start : run.end]] += 1
                if not worded:
                    use.quiet.add(number)
        if "Hiragana" in self.document.home:
            found["Han"] = self._chinese_in_japanese()
        return found

    @cached_property
    def peers(self) -> Mapping[str, set[str]]:
        """For each script that is not at home its different stretches that stand apart on lines without words of ads.

        None where more than every eighth line that holds it has such words. Scripts that Chinese and Japanese share count as Han.
        """
        apart: dict[str, set[str]] = defaultdict(set)
        lines: Counter[str] = Counter()
        worded: Counter[str] = Counter()
        for number, runs in self.runs.items():
            has_words = any(hit.role != "part" for hit in self.around.hits[number])
            lines.update({shared(run.script) for run in runs})
            worded.update({shared(run.script) for run in runs if has_words})
            for run in runs:
                if not has_words and not run.set_off:
                    apart[shared(run.script)].add(self.document.text[run.start : run.end])
        return {name: texts for name, texts in apart.items() if worded[name] * MOST_WORDED <= lines[name]}

    @cached_property
    def bystanders(self) -> frozenset[str]:
        """The scripts that are not at home and stand apart on lines without words of ads; those that Chinese and Japanese share count as Han."""
        return frozenset(shared(name) for name, use in self.usage.items() if use.standing and use.quiet)

    @cached_property
    def told(self) -> Mapping[str, set[int]]:
        """For each script that is not at home the lines that end with a sentence in it and hold no words of ads."""
        found: dict[str, set[int]] = defaultdict(set)
        text = self.document.text
        for number, runs in self.runs.items():
            run, end = runs[-1], self.document.lines[number].end
            if run.end - run.start < SENTENCE or INK.search(text, run.end, end) or not ANY_SENTENCE_BEFORE.search(text, run.start, end):
                continue
            if all(hit.role == "part" for hit in self.around.hits[number]):
                for script in scripts.profile(text[run.start : run.end]):
                    found[script].add(number)
        return found

    def _chinese_in_japanese(self) -> Usage:
        """How a Japanese text uses stretches of Han characters some of which Japanese does not write."""
        use, text = Usage(), self.document.text
        for number, line in enumerate(self.document.lines):
            for match in HANS.finditer(text, line.start, line.end):
                if all(encodes(sign, CHARSETS["Japanese"]) for sign in match[0]):
                    continue
                before, after = text[max(line.start, match.start() - VIEW) : match.start()], text[match.end() : min(line.end, match.end() + VIEW)]
                set_off = is_set_off(before, after)
                use.inline += set_off
                use.standing += not set_off
                use.lines[number] += 1
        return use

    @cached_property
    def guests(self) -> Sequence[Guest]:
        """The phrases of several words in Latin letters that begin in lower case, outside of code."""
        text, found = self.document.text, []
        for number, line in enumerate(self.document.lines):
            if number in self.fenced:
                continue
            for match in GUEST.finditer(text, line.start, line.end):
                before, after = text[max(line.start, match.start() - VIEW) : match.start()], text[match.end() : min(line.end, match.end() + VIEW)]
                opens = not before.strip() or bool(ANY_SENTENCE_BEFORE.search(before)) or bool(MARKER.fullmatch(before))
                set_off = bool(ENCLOSING_BEFORE.search(before)) or bool(ENCLOSING_AFTER.match(after))
                found.append(Guest(match.start(), match.end(), number, (opens or not after.strip()) and not set_off))
        return found

    def guests_in(self, start: int, end: int) -> Sequence[Guest]:
        """Those that reach into `[start, end)`."""
        first = bisect_right(self.guests, start, key=_guest_end)
        return self.guests[first : bisect_left(self.guests, end, key=_guest_start)]

    @cached_property
    def guests_inside(self) -> int:
        """How many of them stand inside sentences."""
        return sum(not guest.apart for guest in self.guests)

    @cached_property
    def guests_apart(self) -> frozenset[int]:
        """The lines with those that stand where ads do."""
        return frozenset(guest.line for guest in self.guests if guest.apart)

    def is_plain(self, number: int) -> bool:
        """Whether a line holds no candidates but of the host's own script: what those score bears on no other line."""
        if number not in self._plain:
            self._plain[number] = self._looks_plain(number)
        return self._plain[number]

    def _looks_plain(self, number: int) -> bool:
        line, text, home = self.document.lines[number], self.document.text, self.document.home
        if number in self.runs or (not self.document.is_latin and LATIN.search(text, line.start, line.end)):
            return False
        if "Hiragana" not in home:
            return True
        return all(encodes(sign, CHARSETS["Japanese"]) for sign in HAN.findall(text, line.start, line.end))

    @cached_property
    def _plain(self) -> dict[int, bool]:
        return {}

    @cached_property
    def trade_sites(self) -> list[tuple[Span, float]]:
        """The addresses of sites whose names speak of a trade, and what share of the name one word of it fills."""
        found = ((Span(*match.span()), _share_of_trade(contacts.site_name(match[0]), contacts.site_words())) for match in contacts.SITE.finditer(self.document.text))
        return [(span, share) for span, share in found if share >= NAMED]

    def trade_in(self, start: int, end: int) -> float:
        """The largest share of `trade_sites` in a stretch; nothing where there are none."""
        if not self.trade_sites:
            return 0.0
        first, last = (bisect_left(self.trade_sites, at, key=_site_start) for at in (start, end))
        return max((share for span, share in self.trade_sites[first:last] if span.end <= end), default=0.0)

    def letters_of_ads(self, number: int, piece: Span) -> int:
        """How many letters and digits of a piece of a line lie in words that ads of any pack are made of."""
        text, words = self.document.text, self._vocabulary.get(number, [])
        first = max(0, bisect_left(words, Span(piece.start, -1)) - 1)
        near = words[first : bisect_left(words, Span(piece.end, -1))]
        return sum(ink(text[max(piece.start, word.start) : min(piece.end, word.end)]) for word in near)

    @cached_property
    def _vocabulary(self) -> Mapping[int, list[Span]]:
        found: dict[int, list[Span]] = {}
        for span in self.around.matcher.vocabulary(self.around.reading):
            found.setdefault(self.document.line_at(span.start), []).append(span)
        return found

    @cached_property
    def spoken(self) -> Mapping[str, set[int]]:
        """For each pack the lines of prose that speak of its trade."""
        found: dict[str, set[int]] = {}
        for number, hits in enumerate(self.around.hits):
            line = self.document.lines[number]
            size = line.end - line.start
            letters: Counter[str] = Counter()
            for hit in hits:
                if hit.role in ("trade", "ad"):
                    letters[hit.pack] += hit.end - hit.start
            for pack, covered in letters.items():
                if size >= PROSE and covered < 0.3 * size:
                    found.setdefault(pack, set()).add(number)
        return found

    @cached_property
    def fenced(self) -> frozenset[int]:
        """The lines inside code fences."""
        inside, found, last = False, set(), 0
        for number, line in enumerate(self.document.lines):
            fence = FENCE.match(self.document.text, line.start, line.end)
            if fence:
                inside, last = bool(fence[1]) or not inside, number
            elif inside:
                found.add(number)
        return frozenset(number for number in found if number < last or not inside)

    @cached_property
    def faced(self) -> Mapping[str, set[int]]:
        """For each foreign script the lines all of it that have a short line of the host's own script below."""
        found: dict[str, set[int]] = {}
        home = self.document.home
        for number, runs in self.runs.items():
            if number + 1 >= len(self.blank) or self.blank[number + 1] or number + 1 in self.runs:
                continue
            below, above = self.line_text(number + 1).strip(), self.line_text(number).strip()
            whole = sum(run.end - run.start for run in runs) >= 0.7 * len(above)
            alone = number + 2 >= len(self.blank) or self.blank[number + 2] or number + 2 in self.runs
            if whole and alone and len(below) <= FACING * len(above) + 20 and self.owner(number + 1) in home:
                found.setdefault(runs[0].script, set()).add(number)
        return found

    def carried(self, number: int) -> float:
        """The share of lines below another one that begin in lower case, a line itself left out; zero where they are few."""
        small = len(self._small) - (number in self._small)
        below = self._below - (number in self._small)
        return small / below if small >= CARRIED * max(FEW, below) else 0.0

    @cached_property
    def _small(self) -> frozenset[int]:
        """The lines that begin in lower case directly below another."""
        return frozenset(n for n in range(1, len(self.blank)) if not self.blank[n - 1] and OPENS_SMALL.match(self.line_text(n)))

    @cached_property
    def _below(self) -> int:
        """How many lines stand directly below another."""
        return sum(not self.blank[n] and not self.blank[n - 1] for n in range(1, len(self.blank)))

    def is_terminal(self, number: int) -> bool:
        """Whether a line looks like a command or its output."""
        if number not in self._terminal:
            self._terminal[number] = bool(TERMINAL.search(self.line_text(number)))
        return self._terminal[number]

    @cached_property
    def _terminal(self) -> dict[int, bool]:
        return {}

    @cached_property
    def is_code(self) -> bool:
        """Whether the text is code, with comments perhaps."""
        return code.is_code(map(self.line_text, range(len(self.blank))))

    @cached_property
    def comments(self) -> Mapping[int, int]:
        """For each line of code with a comment in it the place where that begins; none where the text is no code."""
        found = code.comments(map(self.line_text, range(len(self.blank))))
        return found if found and self.is_code else {}

    @cached_property
    def scripts_of_comments(self) -> Mapping[str, set[int]]:
        """For each foreign script the lines in whose comments it stands."""
        found: dict[str, set[int]] = defaultdict(set)
        for number, column in self.comments.items():
            for run in self.runs.get(number, ()):
                if run.start >= self.document.lines[number].start + column:
                    found[run.script].add(number)
        return found

    def contact_sorts(self, number: int) -> frozenset[str]:
        """The sorts of contacts that stand in a line; none where there is no such line."""
        if number not in self._contact_sorts:
            line = self.line_text(number) if 0 <= number < len(self.blank) else ""
            self._contact_sorts[number] = frozenset(contacts.sort_of(line[span.start : span.end]) for span in contacts.contacts(line))
        return self._contact_sorts[number]

    @cached_property
    def _contact_sorts(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def numbered(self) -> Counter[str]:
        """How many lines begin with each word and a number behind it."""
        found = (NUMBERED.match(self.line_text(number).strip()) for number in range(len(self.blank)))
        return Counter(match[1].strip() for match in found if match)

    @cached_property
    def foreign_prose(self) -> frozenset[int]:
        """The lines of prose in the host's script that are clearly of another language, and hold no words of ads."""
        return frozenset(number for number in range(len(self.blank)) if self._is_foreign_prose(number))

    @cached_property
    def foreign_lines(self) -> frozenset[str]:
        """The different lines without words of ads that are clearly of another language, long or short."""
        return frozenset(self.line_text(n).strip() for n in range(len(self.blank)) if self._is_foreign(n, SHORT))

    @cached_property
    def latin_lines(self) -> frozenset[int]:
        """The lines in Latin letters without words of ads."""
        return frozenset(n for n in range(len(self.blank)) if self._holds_no_ads(n) and self.owner(n) == "Latin")

    def latin_near(self, number: int) -> set[str]:
        """The different texts of `latin_lines` around a line, its own left out."""
        around = self.latin_lines.intersection(range(number - NEAR, number + NEAR + 1))
        return {self.line_text(n).strip() for n in around} - {self.line_text(number).strip()}

    def _is_foreign_prose(self, number: int) -> bool:
        return self._is_foreign(number, PROSE)

    def _is_foreign(self, number: int, least: int) -> bool:
        text, model = self.line_text(number), self.around.model
        if model.silent or len(text) < least or not self._holds_no_ads(number) or not self.is_plain(number):
            return False
        if model.bounds is not None and model.bounds.of_piece(text.split(), CLEARLY) < CLEARLY:
            return False
        return model.ahead(text) >= CLEARLY and model.ratio(text) >= CLEARLY

    @cached_property
    def latin_prose(self) -> frozenset[int]:
        """The lines of prose in Latin letters and without words of ads, in a host of another script."""
        return frozenset(n for n in self.latin_lines if self._is_long_without_ads(n))

    @cached_property
    def foreign_languages(self) -> Mapping[str, set[int]]:
        """The first lines of `foreign_prose` by the language that fits each best."""
        return _by_language((n, self.around.model.best_other(self.line_text(n))) for n in sorted(self.foreign_prose)[:LINES_READ])

    @cached_property
    def latin_languages(self) -> Mapping[str, set[int]]:
        """The first lines of `latin_prose` by the language that fits each best."""
        told = ((n, guest_language(self.line_text(n)[:LINE_READ])) for n in sorted(self.latin_prose)[:LINES_READ])
        return _by_language((n, guest[0]) for n, guest in told if guest)

    def _is_long_without_ads(self, number: int) -> bool:
        line = self.document.lines[number]
        return line.end - line.start >= PROSE and self._holds_no_ads(number)

    def _holds_no_ads(self, number: int) -> bool:
        return all(hit.role == "part" for hit in self.around.hits[number])

    @cached_property
    def odd_spaces(self) -> int:
        """How often a space stands between two letters of a script written without spaces, those beside words of ads left out."""
        hits = [hit for line in self.around.hits for hit in line if hit.role != "part"]
        before, behind = {hit.start for hit in hits}, {hit.end for hit in hits}
        return sum(gap.start() + 1 not in behind and gap.start() + 2 not in before for gap in DENSE_GAP.finditer(self.document.text))

    @cached_property
    def blank(self) -> list[bool]:
        """Which lines hold nothing but white space."""
        text = self.document.text
        return [not text[line.start : line.end].strip() for line in self.document.lines]

    @cached_property
    def has_blanks(self) -> bool:
        """Whether any line is blank."""
        return any(self.blank)

    @cached_property
    def last_filled(self) -> int:
        """The number of the last line that is not blank; of the first where all are."""
        return max((number for number, blank in enumerate(self.blank) if not blank), default=0)

    @cached_property
    def spaced(self) -> bool:
        """Whether nearly every line has blank lines round it, so that those say nothing."""
        padded = [True, *self.blank, True]
        alone = sum(padded[n] and padded[n + 2] for n, blank in enumerate(self.blank) if not blank)
        return alone >= SPACED * self.filled

    def line_text(self, number: int) -> str:
        """The characters of a line without its line end."""
        line = self.document.lines[number]
        return self.document.text[line.start : line.end]

    def owner(self, number: int) -> str:
        """The script of most letters of a line; empty where there is no such line or letter."""
        return scripts.main_script(self.line_text(number)) if 0 <= number < len(self.document.lines) else ""

    @cached_property
    def filled(self) -> int:
        """The number of lines that are not blank."""
        return max(1, len(self.blank) - sum(self.blank))


    @cached_property
    def charset(self) -> str | None:
        """The national character set that holds nearly all Han characters of the document, where one does."""
        home = self.document.home
        if "Hiragana" in home or "Hangul" in home:
            return CHARSETS["Japanese" if "Hiragana" in home else "Korean"]
        signs = HAN.findall(self.document.text[:20_000])
        hans = sum(not encodes(sign, "big5") for sign in signs)
        hant = sum(not encodes(sign, "gb2312") for sign in signs)
        if not signs or max(hans, hant) < 0.05 * len(signs) or min(hans, hant) > 0.3 * max(hans, hant):
            return None
        return CHARSETS["Hans" if hans > hant else "Hant"]


def _by_language(told: Iterable[tuple[int, str]]) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, language in told:
        found[language].add(number)
    return found


@lru_cache(maxsize=65_536)
def encodes(sign: str, charset: str) -> bool:
    """Whether a character is in a national character set."""
    try:
        sign.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=65_536)
def is_alien(sign: str, charset: str) -> bool:
    """Whether a Han character is of another country's writing: not in this set, but in one of the others; rare ones of names are in none."""
    return not encodes(sign, charset) and any(encodes(sign, other) for other in CHARSETS.values())


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
        if self.page.is_plain(self.candidate.line):
            return "same"
        seen = scripts.profile(CODES.sub("", self.text))
        signs = {"Latin"} if "Greek" in self.page.document.profile else {"Latin", "Greek"}
        foreign = sum(n for name, n in seen.items() if name not in home and name not in signs)
        at_home = sum(n for name, n in seen.items() if name in home and name != "Latin")
        if not foreign and self._is_chinese_in_japanese(seen):
            return "script"
        if foreign:
            edge = self.begins_with_contact or self.ends_with_contact or len(self.text) <= BRIEF
            bare = scripts.profile(CODES.sub("", cut(self.text, self.contacts))) if self.contacts and edge else seen
            return "mixed" if at_home or bare.get("Latin", 0) > 0.1 * foreign else "script"
        return "latin" if seen.get("Latin", 0) and not at_home and not self.page.document.is_latin else "same"

    def _is_chinese_in_japanese(self, seen: Mapping[str, int]) -> bool:
        """Whether it is Han alone, with characters that Japanese does not write, in a Japanese text."""
        if "Hiragana" not in self.page.document.home or seen.get("Han", 0) < 3 or seen.keys() - {"Han", "Latin"}:
            return False
        return any(not encodes(sign, CHARSETS["Japanese"]) for sign in HAN.findall(self.text))

    @cached_property
    def contacts(self) -> list[Span]:
        """Where in its text contacts stand."""
        return contacts.contacts(self.text)

    @property
    def begins_with_contact(self) -> bool:
        return bool(self.contacts) and self.contacts[0].start == 0

    @property
    def ends_with_contact(self) -> bool:
        return bool(self.contacts) and self.contacts[-1].end == len(self.text)

    @cached_property
    def trade_address(self) -> float:
        """The largest share of a site's name that a word of a trade fills, of the sites that the candidate names."""
        return self.page.trade_in(self.candidate.start, self.candidate.end)

    @cached_property
    def table(self) -> str:
        """The table of weights for it: its kind, and whether it holds words of a pack."""
        return f"{self.kind}+words" if self.speaks_as_ads_do else self.kind

    @cached_property
    def speaks_as_ads_do(self) -> bool:
        """Whether a fair part of it is words of ads, and not by one stray word."""
        telling = [hit for hit in self.hits if hit.role != "part"]
        if not any(hit.role != "offer" for hit in telling) and len({hit.start for hit in telling}) < 2:
            return False
        return coverage(self, self.hits) >= FAIR_PART

    @cached_property
    def hits(self) -> list[Hit]:
        """The lexicon hits inside the candidate, of packs that know more of it than places and fillers."""
        start, end = self.candidate.start, self.candidate.end
        inside = [hit for hit in between(self.page.around.hits[self.candidate.line], start, end) if hit.end <= end]
        telling = packs_with_a_say(inside)
        return [hit for hit in inside if hit.pack in telling]

    def is_known(self, word: str) -> bool:
        """Whether a word of the candidate stands elsewhere in the document's prose."""
        own = self.text.lower().count(word.lower()) if self.line.end - self.line.start >= PROSE else 0
        return self.page.words[word.lower()] > own

    @cached_property
    def strays(self) -> int:
        """How many of its letters and digits are no words of ads, where it holds any."""
        inked = ink(self.text) if self.hits else 0
        return inked - round(coverage(self, self.hits) * inked)


Classifier = Callable[[Scene], Iterator[Feature]]
"""A pure function from a candidate in its document to what it sees there."""
