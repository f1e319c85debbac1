"""Which language a piece is in: script first, langdetect's n-gram profiles where the script leaves it open, or another identifier."""

from __future__ import annotations

import importlib.util
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from statistics import pstdev
from types import MappingProxyType
from typing import NamedTuple, Protocol

import orjson
import regex

from spamscrub import scripts
from spamscrub.errors import SpamscrubError
from spamscrub.patterns import lazy

OPEN_SCRIPTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        script: tuple(languages.split())
        for script, languages in {
            "Latin": "af ca cs cy da de en es et fi fr hr hu id it lt lv nl no pl pt ro sk sl so sq sv sw tl tr vi",
            "Cyrillic": "bg mk ru uk",
            "Arabic": "ar fa ur",
            "Devanagari": "hi mr ne",
        }.items()
    }
)
"""The scripts that leave the language open, with the languages that langdetect has a profile of."""

SCRIPT_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "Thai": "th", "Hebrew": "he", "Greek": "el", "Georgian": "ka", "Armenian": "hy", "Tamil": "ta", "Telugu": "te",
        "Kannada": "kn", "Malayalam": "ml", "Gujarati": "gu", "Gurmukhi": "pa", "Oriya": "or", "Bengali": "bn",
        "Sinhala": "si", "Khmer": "km", "Lao": "lo", "Myanmar": "my", "Tibetan": "bo", "Ethiopic": "am",
        "Mongolian": "mn", "Thaana": "dv",
    }
)  # fmt: skip
"""The main language of each script that settles the question."""


class Telling(NamedTuple):
    """Letters that give away a language without a profile: it has a `share` of at least that many, and none `without`."""

    script: str
    language: str
    letters: str
    share: float = 0.003
    without: str = ""


TELLING_LETTERS = (
    Telling("Cyrillic", "be", "ў"),
    Telling("Cyrillic", "sr", "ђћ"),
    Telling("Cyrillic", "kk", "ғқұ"),
    Telling("Cyrillic", "mn", "өү", without="қ"),
    Telling("Latin", "az", "ə", 0.03),  # also a sign of phonetic notation
    Telling("Latin", "is", "þ"),
    Telling("Latin", "ha", "ɗƙɓ"),
    Telling("Latin", "yo", "ẹṣ", without="đươăịụ"),
    Telling("Latin", "ig", "ịụ", without="đươăẹ"),
    Telling("Arabic", "ps", "ټډړښ"),
)
TELLING_COUNT = 2
"""A single telling letter can come with a name."""

EAST_ASIAN = frozenset({"Han", "Bopomofo", "Hiragana", "Katakana", "Hangul"})
HANGUL_SHARE = 0.2
"""Hangul decides for Korean from this share of the East Asian letters on."""

ALIASES: Mapping[str, str] = MappingProxyType({"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id", "sh": "hr"})

FLOOR = 0.5 / 10_000
"""What langdetect adds to every n-gram probability: its alpha over its base frequency."""
CAPITAL_WEIGHT = 0.5
"""What a letter of a capitalised word counts for: it may be a name."""
ENOUGH_LETTERS = 40
"""The ratio stops growing here: evidence is per piece, and n-grams that overlap overstate a long one."""
SEEN_BEFORE = 2
"""An n-gram is the document's own from the third time on; siblings of one campaign would teach it the spam."""
SAMPLE_LETTERS = 2_000
"""What `identify` reads of a text, in code points,"""
BLOCKS = 8
"""in this many blocks spread evenly over it."""
HOST_SAMPLE = 20_000
"""What `HostModel` learns from, in code points."""
PIECE_SAMPLE = 800
"""What it judges of a long piece."""

TOKEN_JUNK = lazy(r"[_\d@\\=<>{}$]|://|^www\.|\p{L}\.[a-z]{2,}|\p{Ll}\p{Lu}")
"""In a word between spaces: code, an address, a number with its unit. No language can be read off those."""
ASCII_TOKEN = lazy(r"[!-~]+")
LONGEST_WORD = 40
MOST_TOKENS = 50_000
"""So many tokens are remembered with their scores, about 15 MB."""

FOLDED: Mapping[int, str | None] = MappingProxyType(
    {
        **dict.fromkeys(range(0x1EA0, 0x1F00), "ể"),
        ord("ș"): "ş",
        ord("ț"): "ţ",
        ord("ی"): "ي",
        ord("ـ"): None,
        **dict.fromkeys(range(0x064B, 0x0653)),
    }
)
"""langdetect's own folding (Vietnamese, Romanian, Farsi yeh); the profiles are counted so. And no Arabic vowel signs."""


class LanguageIdentifier(Protocol):
    """Anything that can say how well a piece of text fits each language."""

    def log_likelihoods(self, text: str) -> Mapping[str, float]:
        """Total log-likelihood of a piece (nats) by ISO 639-1 code, Chinese as `zh`; empty where it cannot say.

        Only differences matter. Pieces are in a script that several languages share; Han is never asked for.
        """
        ...


class Profiles(NamedTuple):
    """The profiles of one script: for each n-gram its log-probability in each language, in the order of `languages`."""

    languages: tuple[str, ...]
    ngrams: Mapping[str, tuple[float, ...]]


# -- profiles ----------------------------------------------------------------------------------------------------------


class _Rows(dict[str, tuple[float, ...]]):
    """The row of each n-gram, worked out when it is first asked for; () for one that no profile knows, which is not in."""

    def __init__(self, languages: Sequence[str]):
        profiles = [orjson.loads(text) for text in _profile_texts(languages)]
        self._columns = [(profile["freq"], profile["n_words"]) for profile in profiles]

    def __missing__(self, ngram: str) -> tuple[float, ...]:
        if not any(ngram in counts for counts, _ in self._columns):
            return ()
        row = tuple(math.log(FLOOR + counts.get(ngram, 0) / totals[len(ngram) - 1]) for counts, totals in self._columns)
        self[ngram] = row
        return row

    def __contains__(self, ngram: object) -> bool:
        return bool(self[str(ngram)])


@cache
def _profiles(script: str) -> Profiles:
    """The tables of one script, read when the script is first met."""
    return Profiles(OPEN_SCRIPTS[script], _Rows(OPEN_SCRIPTS[script]))


def _profile_texts(languages: Iterable[str]) -> list[bytes]:
    """Profile files of langdetect, found without importing langdetect: that would load its detector."""
    spec = importlib.util.find_spec("langdetect")
    for folder in (spec and spec.submodule_search_locations) or ():
        with suppress(OSError):
            return [Path(folder, "profiles", language).read_bytes() for language in languages]
    raise SpamscrubError(
        "The language profiles cannot be read.\n"
        "They belong to the package langdetect, which is missing or installed in an unusual way.\n"
        "Install it with: pip install langdetect"
    )


@cache
def _word_pattern(script: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?V1)[\p{{Script={script}}}&&\p{{L}}][[\p{{Script={script}}}&&\p{{L}}]\p{{M}}]*")


def words_of(text: str, script: str | None) -> tuple[str, ...]:
    """The words of a text in one of the open scripts, as the profiles know them: no addresses, code, numbers or acronyms.

    Empty for any other script. A piece in nothing but capitals is read in lower case, with its first letters kept as capitals.
    """
    if script not in OPEN_SCRIPTS:
        return ()
    tokens = (token for token in text.split() if not _is_junk(token))
    plain = unicodedata.normalize("NFC", " ".join(tokens)).translate(FOLDED)
    words = [word for word in _word_pattern(script).findall(plain) if len(word) <= LONGEST_WORD]
    mixed = [word for word in words if len(word) == 1 or not word.isupper()]
    return tuple(mixed or (word[0] + word[1:].lower() for word in words))


@lru_cache(maxsize=65_536)
def _is_junk(token: str) -> bool:
    return TOKEN_JUNK.search(token) is not None


@lru_cache(maxsize=8_192)
def _ngrams(word: str) -> tuple[str, ...]:
    """The 1-3-grams of a word, with a space at both ends as in the profiles."""
    padded = f" {word} "
    pairs = (padded[at : at + 2] for at in range(len(padded) - 1))
    triples = (padded[at : at + 3] for at in range(len(padded) - 2))
    return (*word, *pairs, *triples)


def _sum(rows: Sequence[tuple[float, ...]], width: int) -> tuple[float, ...]:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0.0,) * width


@lru_cache(maxsize=8_192)
def _word_scores(script: str, word: str) -> tuple[float, ...]:
    """The log-likelihood of one word in each language; n-grams that no profile knows count for nobody."""
    profiles = _profiles(script)
    known = [profiles.ngrams[ngram] for ngram in _ngrams(word) if ngram in profiles.ngrams]
    return _sum(known, len(profiles.languages))


@lru_cache(maxsize=4_096)
def _short_scores(script: str, words: tuple[str, ...]) -> tuple[float, ...]:
    return _sum([_word_scores(script, word) for word in words], len(OPEN_SCRIPTS[script]))


def _log_likelihoods(script: str, words: tuple[str, ...]) -> dict[str, float]:
    score = _short_scores if len(words) <= 40 else _short_scores.__wrapped__
    totals = score(script, words)
    return dict(zip(OPEN_SCRIPTS[script], totals, strict=True)) if any(totals) else {}


FIELD = 32
"""Bits of one language's cost in a packed one."""
STEPS = 1024
"""Steps of one nat in a packed cost."""
AHEAD = 4 * STEPS
"""More than rounding adds up to in a sample."""


class _PackedNgrams(dict[str, int]):
    """What each n-gram costs, as in `PackedCosts`; unknown ones cost nothing."""

    def __init__(self, script: str):
        self.profiles = _profiles(script)

    def __missing__(self, ngram: str) -> int:
        row = self.profiles.ngrams[ngram]
        packed = self[ngram] = sum(round(-score * STEPS) << (FIELD * column) for column, score in enumerate(row))
        return packed


class PackedCosts(dict[str, int]):
    """For each token between spaces what it costs in all languages of a script, side by side in one integer.

    A cost is a negative log-likelihood in steps of 1/1024 nat. Adding two such integers adds the costs in every language at
    once, and in one more field the letters of the words. Code, addresses and words all in capitals cost nothing, as where a
    longer text is judged.
    """

    def __init__(self, script: str):
        self.script = script
        self.languages = OPEN_SCRIPTS[script]
        self._ngrams = _PackedNgrams(script)

    @staticmethod
    @cache
    def of(script: str) -> PackedCosts:
        """The costs in one script, shared by everyone who asks."""
        return PackedCosts(script)

    def __missing__(self, token: str) -> int:
        if len(self) >= MOST_TOKENS:
            self.clear()
        words = (word for word in words_of(token, self.script) if len(word) == 1 or not token.isupper())
        packed = self[token] = sum(self.word(word) for word in words)
        return packed

    def word(self, word: str) -> int:
        """What one word costs."""
        return sum(map(self._ngrams.__getitem__, _ngrams(word))) | len(word) << FIELD * len(self.languages)

    def unpacked(self, packed: int) -> list[int]:
        """The cost in each language, in steps; then the number of letters."""
        return memoryview(packed.to_bytes(FIELD // 8 * (len(self.languages) + 1), "little")).cast("I").tolist()


class RatioBounds(dict[str, float]):
    """For each token the most that it can add to the log-likelihood ratio of a piece against one host language, in nats.

    It is judged apart from the others, each language at its best; where a piece may hold a part of the token, that part.
    """

    def __init__(self, script: str, host: str):
        self.costs = PackedCosts.of(script)
        self.column = self.costs.languages.index(host)
        self.whole: dict[str, int] = {}

    @staticmethod
    @lru_cache(maxsize=64)
    def of(script: str, host: str) -> RatioBounds:
        """The bounds for one host language, shared by everyone who asks."""
        return RatioBounds(script, host)

    def _make_room(self) -> None:
        """Forget all tokens where there are many; never in the middle of a piece, which would be summed up wrongly."""
        if len(self) >= MOST_TOKENS:
            self.clear()
            self.whole.clear()

    def __missing__(self, token: str) -> float:
        words = _word_pattern(self.costs.script).findall(unicodedata.normalize("NFC", token).translate(FOLDED))
        plain = len(words) == 1 and len(words[0]) <= LONGEST_WORD and not (words[0].isupper() and len(words[0]) > 1)
        if plain and not TOKEN_JUNK.search(token):
            self.whole[token] = self.costs[token]
            bound = self._ahead(self.costs[token])
        else:
            bound = sum(max(0.0, self._ahead(self.costs.word(word)), self._ahead(self.costs.word(_capitalised(word)))) for word in words)
        self[token] = bound
        return bound

    def _ahead(self, packed: int) -> float:
        """By how many nats the best other language is ahead of the host's; rounding is on the safe side."""
        *costs, letters = self.costs.unpacked(packed)
        host = costs.pop(self.column)
        return (host - min(costs) + 4 * letters) / STEPS

    def of_openings(self, tokens: Sequence[str]) -> float:
        """The most that `HostModel.ratio` can be for a piece that begins with these tokens and ends in or behind any of them."""
        self._make_room()
        return max(accumulate(map(self.__getitem__, tokens)), default=0.0)

    def of_piece(self, tokens: Sequence[str], enough: float) -> float:
        """The most that `HostModel.ratio` can be for a piece of these tokens, or of parts of those that are more than a word.

        A rougher bound where that is below `enough` already.
        """
        self._make_room()
        rough = sum(map(self.__getitem__, tokens))
        if rough < enough:
            return rough
        known = self.whole
        total = sum(known[token] for token in tokens if token in known)
        loose = sum(self[token] for token in tokens if token not in known)
        letters = total >> FIELD * len(self.costs.languages)
        return (self._ahead(total) + loose) * min(1.0, ENOUGH_LETTERS / max(1, letters))


def _capitalised(word: str) -> str:
    """A word in capitals as it is read in a piece of nothing else."""
    return word[0] + word[1:].lower() if word.isupper() else word


class ProfileIdentifier:
    """langdetect's n-gram profiles evaluated in closed form: deterministic, and fast enough for every line."""

    def log_likelihoods(self, text: str) -> Mapping[str, float]:
        """Total log-likelihood in nats: the sum of log(0.5/10000 + p) over the known 1-3-grams of the piece.

        Overlapping n-grams are counted as if they were independent, so differences are overstated, about threefold.
        Empty for a piece whose script names its language, and for one without words.
        """
        script = dominant_script(text)
        if script is None or not (words := words_of(text, script)):
            return {}
        return _log_likelihoods(script, words)


def guest_language(text: str) -> tuple[str, float] | None:
    """The language that explains the words in Latin letters best, and how far it is ahead of English in nats; None for fewer than two known words."""
    words = words_of(text, "Latin")
    scores = ProfileIdentifier().log_likelihoods(" ".join(words)) if len(words) > 1 else {}
    if not scores:
        return None
    language = max(scores, key=lambda name: (scores[name], name))
    return language, scores[language] - scores["en"]


class Py3LangidIdentifier:
    """The identifier of the package py3langid: more languages, better on single phrases, needs `spamscrub[lid]`.

    `languages` restricts the answer to these ISO 639-1 codes. Raises `SpamscrubError` where py3langid is not installed.
    """

    def __init__(self, languages: Iterable[str] | None = None):
        _py3langid_rank()
        self.languages = frozenset(languages) if languages is not None else None

    def log_likelihoods(self, text: str) -> Mapping[str, float]:
        """py3langid's own naive-Bayes scores, priors included, in nats of counts it has damped."""
        if dominant_script(text) not in OPEN_SCRIPTS:
            return {}
        found: dict[str, float] = {}
        for code, score in _py3langid_rank()(text):
            language = plain_code(code)
            wanted = len(language) == 2 and (self.languages is None or language in self.languages)
            if wanted and math.isfinite(score) and score > -1e30:  # an empty piece scores the lowest float there is
                found[language] = max(score, found.get(language, score))
        return found


class _Rank(Protocol):
    def __call__(self, text: str, /) -> list[tuple[str, float]]: ...


@cache
def _py3langid_rank() -> _Rank:
    try:
        import py3langid
    except ImportError as missing:
        raise SpamscrubError(
            "The language identifier py3langid was asked for, but it is not installed.\n"
            "It is an optional part of spamscrub; the built-in ProfileIdentifier works without it.\n"
            'Install it with: pip install "spamscrub[lid]"'
        ) from missing
    rank: _Rank = py3langid.rank
    return rank


# -- the language of a text --------------------------------------------------------------------------------------------


def plain_code(language: str) -> str:
    """A language code without region or script, in the spelling used here: `zh-Hant` is `zh`, `nb` is `no`."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return ALIASES.get(code, code)


def _spread(text: str, size: int) -> str:
    """At most about `size` code points of a text, in blocks spread evenly over it."""
    if len(text) <= size:
        return text
    step, block = len(text) / BLOCKS, size // BLOCKS
    return " ".join(text[int(n * step) : int(n * step) + block] for n in range(BLOCKS))


def _without_code(text: str) -> str:
    """A text without its addresses, tags and code, which are Latin in any language; its white space is one space each."""
    return " ".join(map(_plain_token, text.split()))


@lru_cache(maxsize=65_536)
def _plain_token(token: str) -> str:
    plain: str = ASCII_TOKEN.sub(lambda part: " " if TOKEN_JUNK.search(part[0]) else part[0], token)
    return plain


def _weigh(counts: Mapping[str, int]) -> tuple[str | None, dict[str, int]]:
    """The dominant script of a script profile, and its East Asian letters by script."""
    east = {name: count for name, count in counts.items() if name in EAST_ASIAN}
    rest = [(count, name) for name, count in counts.items() if name not in EAST_ASIAN]
    best, script = max(rest, default=(0, None), key=lambda pair: pair[0])
    if east and scripts.EAST_ASIAN_WEIGHT * sum(east.values()) >= best:
        return max(east, key=lambda name: (east[name], name)), east
    return script, east


def dominant_script(text: str) -> str | None:
    """The script that a text is written in, where an East Asian character counts as three letters; None without letters."""
    return _weigh(scripts.profile(_without_code(text)))[0]


def _east_asian(east: Mapping[str, int]) -> str:
    total = sum(east.values())
    kana = east.get("Hiragana", 0) + east.get("Katakana", 0)
    hangul = east.get("Hangul", 0)
    if hangul >= max(kana, HANGUL_SHARE * total):
        return "ko"
    return "ja" if kana >= scripts.KANA_SHARE * total else "zh"


def _by_letters(text: str, script: str, letters: int) -> str | None:
    """The language that the letters give away, for languages that no profile covers."""
    if text.isascii():
        return None
    small = unicodedata.normalize("NFC", text).lower()
    for telling in TELLING_LETTERS:
        seen = sum(map(small.count, telling.letters)) if telling.script == script else 0
        enough = seen >= max(TELLING_COUNT, telling.share * letters)
        if enough and not any(map(small.count, telling.without)):
            return telling.language
    return None


def identify(text: str, identifier: LanguageIdentifier | None = None) -> str | None:
    """The language of a text as an ISO 639-1 code, or None where it has no words to tell it by.

    Script comes first: kana is Japanese, Hangul Korean, Han alone Chinese, Thai Thai and so on. Only Latin, Cyrillic, Arabic
    and Devanagari ask the `identifier` (default: `ProfileIdentifier`). Of a long text about 2,000 code points are read.
    """
    sample = _without_code(_spread(text, SAMPLE_LETTERS))
    counts = scripts.profile(sample)
    script, east = _weigh(counts)
    if script in EAST_ASIAN:
        return _east_asian(east)
    if not script or script not in OPEN_SCRIPTS:
        return SCRIPT_LANGUAGES.get(script or "")
    told = _by_letters(sample, script, counts[script])
    if not told and (identifier is None or type(identifier) is ProfileIdentifier):
        told = _at_once(sample, script)
    return told or _best((identifier or ProfileIdentifier()).log_likelihoods(" ".join(words_of(sample, script))))


def _at_once(text: str, script: str) -> str | None:
    """The language whose profile fits best, where it is so far ahead that rounding cannot matter; else None."""
    costs = PackedCosts.of(script)
    totals = costs.unpacked(sum(map(costs.__getitem__, text.split())))[:-1]
    first, second = sorted(totals)[:2]
    return OPEN_SCRIPTS[script][totals.index(first)] if first + AHEAD < second else None


def _best(scores: Mapping[str, float]) -> str | None:
    """The language with the highest score; the code decides a tie, never the order of the mapping."""
    return max(scores, key=lambda language: (scores[language], language), default=None)


# -- a piece against its host ------------------------------------------------------------------------------------------


class HostModel:
    """How foreign a piece is to the language of one document.

    `language` is the document's (any code, or None), `text` the document or a sample of it. The host's likelihood is that of
    its language, raised for n-grams that the document itself keeps using: names, jargon, and languages without a profile,
    which are judged from the profile nearest to them. Only letters of the document's own script are judged.
    """

    def __init__(self, language: str | None, text: str, identifier: LanguageIdentifier | None = None):
        self.language = plain_code(language) if language else None
        self.identifier: LanguageIdentifier = identifier or ProfileIdentifier()
        self._sample = _spread(text, HOST_SAMPLE)
        self._ratios: dict[tuple[str, int], float] = {}

    @cached_property
    def script(self) -> str | None:
        """The script that the document is written in."""
        return dominant_script(self._sample)

    @cached_property
    def stand_in(self) -> str | None:
        """The language whose likelihood stands for the host: its own where the identifier knows it, else the nearest."""
        if isinstance(self.identifier, ProfileIdentifier) and self.language in OPEN_SCRIPTS.get(self.script or "", ()):
            return self.language
        scores = self._scores(words_of(_spread(self._sample, SAMPLE_LETTERS), self.script))
        return self.language if self.language in scores else _best(scores)

    def ratio(self, piece: str, *, occurrences: int = 1) -> float:
        """The log-likelihood ratio of the piece in nats, best other language minus host: positive looks foreign.

        It is a total over the piece that stops growing at 40 letters; letters of capitalised words count half. `occurrences`
        says how often the piece stands in the document: that many are taken out of the document's own n-grams first,
        so that a piece never vouches for itself. 0.0 where there is nothing to judge: no words, another script, code.
        """
        key = piece, occurrences
        if key not in self._ratios:
            words = self._words(piece)
            self._ratios[key] = self._ratio(words, occurrences, self._ahead(words))
        return self._ratios[key]

    def prefers_host(self, piece: str) -> bool:
        """Whether `ratio` is negative; cheaper."""
        words = self._words(piece)
        ahead = self._ahead(words)
        return ahead < 0 or self._ratio(words, 1, ahead) < 0

    def most_foreign(self, pieces: Sequence[str]) -> int | None:
        """The number of the first of some pieces with the largest `ratio`; None where none is positive."""
        bounds = [self.ahead(piece) for piece in pieces]
        best: tuple[float, int] | None = None
        for number in sorted(range(len(pieces)), key=lambda n: -bounds[n]):
            if bounds[number] <= (-best[0] if best else 0.0):
                break
            ratio = self.ratio(pieces[number])
            if ratio > 0 and (best is None or (-ratio, number) < best):
                best = -ratio, number
        return best[1] if best else None

    def ahead(self, piece: str) -> float:
        """A bound on `ratio` from above, cheaper: what the document itself makes familiar is left out."""
        words = self._words(piece)
        ahead = self._ahead(words)
        return ahead * _counted(words) / sum(map(len, words)) + 1e-4 if ahead > 0 else 0.0

    def _ahead(self, words: tuple[str, ...]) -> float:
        """By how much the best other language explains these words better than the host's, in nats of the identifier."""
        scores = dict(self._scores(words))
        host = scores.pop(self.stand_in, None) if self.stand_in is not None else None
        return 0.0 if host is None or not scores else max(scores.values()) - host

    def _ratio(self, words: tuple[str, ...], occurrences: int, ahead: float) -> float:
        if not ahead:
            return 0.0
        total = ahead - self._familiarity(words, occurrences) * self._scale(words)
        return round(total / sum(map(len, words)) * _counted(words), 4)

    @cached_property
    def bounds(self) -> RatioBounds | None:
        """Upper bounds of `ratio` by token; None where there are none, because another identifier than the profiles is used."""
        script, host = self.script, self.stand_in
        if type(self.identifier) is not ProfileIdentifier or not script or host not in OPEN_SCRIPTS.get(script, ()):
            return None
        return RatioBounds.of(script, host)

    @property
    def silent(self) -> bool:
        """Whether `ratio` is zero for whatever piece: the script settles the language, or nothing can be said."""
        return self.script not in OPEN_SCRIPTS or self.stand_in is None

    def best_other(self, piece: str) -> str:
        """The language other than the host's that fits the piece best; an empty string where nothing can be said.

        A piece in another script than the document's gets the language of its script.
        """
        if dominant_script(piece) != self.script:
            return identify(piece, self.identifier) or ""
        scores = self._scores(self._words(piece))
        return _best({language: score for language, score in scores.items() if language != self.stand_in}) or ""

    def _words(self, piece: str) -> tuple[str, ...]:
        return words_of(_spread(piece, PIECE_SAMPLE), self.script)

    def _scores(self, words: tuple[str, ...]) -> Mapping[str, float]:
        if not words:
            return {}
        if type(self.identifier) is ProfileIdentifier and self.script:
            return _log_likelihoods(self.script, words)
        return self.identifier.log_likelihoods(" ".join(words))

    def _scale(self, words: tuple[str, ...]) -> float:
        """How large a nat of the identifier is, measured in those of the profiles: py3langid's are smaller, it damps counts."""
        if isinstance(self.identifier, ProfileIdentifier):
            return 1.0
        scores = self._scores(words)
        usual = ProfileIdentifier().log_likelihoods(" ".join(words))
        common = sorted(usual.keys() & scores.keys())
        spread = pstdev(usual[language] for language in common) if common else 0.0
        return pstdev(scores[language] for language in common) / spread if spread else 0.0

    @cached_property
    def _habits(self) -> tuple[dict[str, int], tuple[int, int, int]]:
        """How often the document uses each n-gram, and how many it has of each length."""
        counts = _count(Counter(words_of(self._sample, self.script)))
        return counts, _by_length(counts)

    def _known(self, ngram: str) -> float | None:
        """The log-likelihood of an n-gram in the host's language; None for those that no profile has."""
        if ngram not in self._likelihoods:
            assert self.script is not None
            profiles = _profiles(self.script)
            row = profiles.ngrams[ngram]
            column = profiles.languages.index(self.stand_in) if self.stand_in in profiles.languages else None
            self._likelihoods[ngram] = None if not row else math.log(FLOOR) if column is None else row[column]
        return self._likelihoods[ngram]

    @cached_property
    def _likelihoods(self) -> dict[str, float | None]:
        return {}

    def _familiarity(self, words: tuple[str, ...], occurrences: int) -> float:
        """What the document adds to its language's log-likelihood of these words: never negative, in nats."""
        habits, totals = self._habits
        piece = _count(Counter(words))
        rest = [max(1, total - occurrences * own) for total, own in zip(totals, _by_length(piece), strict=True)]
        gain = 0.0
        for ngram, times in piece.items():
            often = habits.get(ngram, 0) - occurrences * times - SEEN_BEFORE
            if often > 0 and (known := self._known(ngram)) is not None:
                gain += times * max(0.0, math.log(FLOOR + often / rest[len(ngram) - 1]) - known)
        return gain


def _counted(words: Iterable[str]) -> float:
    """For how many letters some words count."""
    return min(ENOUGH_LETTERS, sum(len(word) * (CAPITAL_WEIGHT if word[0].isupper() else 1.0) for word in words))


def _count(words: Mapping[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    seen = counts.get
    for word, times in words.items():
        for ngram in _ngrams(word):
            counts[ngram] = seen(ngram, 0) + times
    return counts


def _by_length(counts: Mapping[str, int]) -> tuple[int, int, int]:
    totals = [0, 0, 0]
    for ngram, times in counts.items():
        totals[len(ngram) - 1] += times
    return totals[0], totals[1], totals[2]
