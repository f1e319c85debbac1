"""Which script a letter has, and the runs of a text.

Ranges come from the `regex` module's own Unicode tables, never from a list in this file; it names the scripts, no more.
A class of one range or one property scans at 1 GB/s and a second range costs ten times that, hence the probes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

import regex

from spamscrub.patterns import lazy

NAMES = (
    "Latin Han Cyrillic Arabic Hiragana Katakana Hangul Thai Greek Hebrew Devanagari Bengali Tamil Telugu Gujarati Gurmukhi "
    "Kannada Malayalam Oriya Sinhala Myanmar Khmer Lao Tibetan Georgian Armenian Ethiopic Mongolian Thaana Syriac Bopomofo "
    "Adlam Ahom Anatolian_Hieroglyphs Avestan Balinese Bamum Bassa_Vah Batak Beria_Erfe Bhaiksuki Brahmi Buginese Buhid "
    "Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan "
    "Deseret Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Garay Glagolitic Gothic Grantha Gunjala_Gondi "
    "Gurung_Khema Hanifi_Rohingya Hanunoo Hatran Imperial_Aramaic Inscriptional_Pahlavi Inscriptional_Parthian Javanese Jurchen "
    "Kaithi Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khojki Khudawadi Kirat_Rai Lepcha Limbu Linear_A Linear_B Lisu "
    "Lycian Lydian Mahajani Makasar Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui "
    "Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mro Multani Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko "
    "Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian "
    "Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa "
    "Phoenician Proto_Cuneiform Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Seal Sharada Shavian Siddham Sidetic Sogdian Sora_Sompeng "
    "Soyombo Sundanese Sunuwar Syloti_Nagri Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tai_Yo Takri Tangsa Tangut Tifinagh "
    "Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square"
)
"""The scripts of Unicode that have letters, frequent ones first. Braille and SignWriting are symbols and not among them."""

SHARED = ("Common", "Inherited", "Unknown", "Braille", "SignWriting")
"""Scripts that no run is made of: signs used everywhere, marks that take their letter's script, symbols, unassigned."""


def _known(name: str) -> bool:
    """Whether the installed `regex` has this script; an older one lacks those that Unicode added last."""
    try:
        regex.compile(rf"\p{{Script={name}}}")
    except regex.error:
        return False
    return True


def _each(names: Iterable[str]) -> str:
    """A pattern with a group for each script."""
    return "|".join(rf"(\p{{Script={name}}})" for name in names)


@cache
def all_scripts() -> tuple[str, ...]:
    """The scripts that the installed `regex` has, frequent ones first; asked for all at once first, as most often it has them all."""
    names = tuple(NAMES.split())
    try:
        regex.compile(_each(names))
    except regex.error:
        return tuple(filter(_known, names))
    return names


CASELESS_DENSE = frozenset({"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"})
"""Scripts written without spaces between words and without capitals."""

FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Chinese": frozenset({"Han", "Bopomofo"}),
        "Japanese": frozenset({"Han", "Hiragana", "Katakana"}),
        "Korean": frozenset({"Hangul", "Han"}),
    }
)
"""Scripts that share one writing system."""

SAMPLE = 65_536
"""`profile` reads at most this many code points of a text,"""
BLOCKS = 64
"""in this many blocks spread evenly over it."""
SHORT = 200
"""In a text of so few code points it looks at one after the other."""
MOST_LETTERS = 65_536
"""So many characters are remembered with their scripts."""
EAST_ASIAN_WEIGHT = 3
"""An East Asian character says about as much as three letters of an alphabet."""
OWN_SHARE = 0.25
"""A script with this share of the letters is the author's own, whatever else the document is written in."""
KANA_SHARE = 0.1
"""Han is Japanese when this share of the East Asian letters is kana (Japanese prose has 0.4 to 0.7)."""
HANJA_SHARE = 0.1
"""Han is at home in Korean from this share of Korean and Han letters on; an ad in a short page stays below."""


class Run(NamedTuple):
    """A stretch `[start, end)` of letters and marks of one script."""

    start: int
    end: int
    script: str


# -- one letter --------------------------------------------------------------------------------------------------------

_LETTER = lazy(r"\p{L}")


@lru_cache(maxsize=65_536)
def script_of(char: str) -> str | None:
    """The script of one character, as `all_scripts` has it; None for signs, digits and marks that belong to no script."""
    found = _each_script().match(char)
    return all_scripts()[found.lastindex - 1] if found and found.lastindex else None


@cache
def _each_script() -> regex.Pattern[str]:
    return regex.compile(_each(all_scripts()))


def _script_of_letter(char: str) -> str | None:
    return script_of(char) if _LETTER.match(char) else None


def family_of(script: str) -> frozenset[str]:
    """The scripts that are written together with `script`, itself included: Hiragana gives kana and Han."""
    for name, family in FAMILIES.items():
        if script in family and (script != "Han" or name == "Chinese"):
            return family
    return frozenset({script})


# -- a text ------------------------------------------------------------------------------------------------------------

_NOT_ASCII = lazy(r"[\u0080-\U0010ffff]+")
_NO_LETTERS = bytes(byte for byte in range(256) if not bytes([byte]).isalpha())


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    step, size = len(text) / BLOCKS, SAMPLE // BLOCKS
    return "".join(text[int(n * step) : int(n * step) + size] for n in range(BLOCKS))


class _LetterScripts(dict[str, str | None]):
    """The script of each character that is a letter, worked out when first asked for."""

    def __missing__(self, char: str) -> str | None:
        if len(self) >= MOST_LETTERS:
            self.clear()
        script = self[char] = _script_of_letter(char)
        return script


@cache
def _letter_scripts() -> _LetterScripts:
    return _LetterScripts()


def _in_order(counts: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))) if len(counts) > 1 else counts


def profile(text: str) -> Mapping[str, int]:
    """How many letters of each script a text has, most frequent script first.

    Of a text longer than 65,536 code points, 64 blocks of 1,024 spread evenly over it are counted.
    """
    if len(text) <= SHORT:
        few: Counter[str | None] = Counter(map(_letter_scripts().__getitem__, text))
        return _in_order({name: count for name, count in few.items() if name})
    sample = _sample(text)
    counts: Counter[str] = Counter()
    counts["Latin"] = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if not sample.isascii():
        for char, times in Counter("".join(_NOT_ASCII.findall(sample))).items():
            script = _letter_scripts()[char]
            if script:
                counts[script] += times
    return _in_order({name: count for name, count in counts.items() if count})


def main_script(text: str) -> str:
    """The script of most letters of a text, or an empty string where it has no letters."""
    return next(iter(profile(text)), "")


def host_scripts(profile: Mapping[str, int]) -> frozenset[str]:
    """The scripts at home in a document with this profile: the dominant one, its partners, and any with a large share.

    Han comes with kana in Japanese, Hangul with Han where a Korean text uses Han at all. Latin names, units and code are
    ordinary everywhere, yet Latin is in the answer only where it is the author's own script.
    """
    total = sum(profile.values())
    if not total:
        return frozenset()
    group = _japanese(profile)
    letters: dict[str, int] = {}
    for name, count in profile.items():
        key = "Han" if name in group else name
        letters[key] = letters.get(key, 0) + count
    most = max(letters.values())
    own = {name for name, count in letters.items() if count == most or count >= OWN_SHARE * total}
    return frozenset(own | (group if "Han" in own else set()) | _hanja(own, profile))


def _japanese(profile: Mapping[str, int]) -> frozenset[str]:
    """The scripts that count as one with Han in this document."""
    kana = profile.get("Hiragana", 0) + profile.get("Katakana", 0)
    east = kana + profile.get("Han", 0)
    if kana and kana >= KANA_SHARE * east:
        return FAMILIES["Japanese"]
    return FAMILIES["Chinese"] & (profile.keys() | {"Han"})


def _hanja(own: set[str], profile: Mapping[str, int]) -> set[str]:
    han, hangul = profile.get("Han", 0), profile.get("Hangul", 0)
    return {"Han"} if "Hangul" in own and han and han >= HANJA_SHARE * (han + hangul) else set()


def host_script(profile: Mapping[str, int]) -> str | None:
    """One name for what a document is written in: `Latin`, `Han`, `Japanese`, …; None where there are no letters."""
    first = next(iter(profile), None)
    return "Japanese" if first in FAMILIES["Japanese"] and "Hiragana" in host_scripts(profile) else first


# -- runs --------------------------------------------------------------------------------------------------------------

_RUN_START = lazy(r"[\p{L}--[\p{Script=Common}\p{Script=Inherited}]]", regex.V1)
LENGTHENERS = "\u30fc\uff70\uff9e\uff9f\u0640\u02bc"
"""Letters of no script that go on with the word before them: ー ｰ ﾞ ﾟ, tatweel, modifier apostrophe."""
_JOINERS = r"'\u2019\u200c\u200d\u30fb\u00b7"
"""What may stand between two letters of one word: apostrophes, ZWNJ and ZWJ, katakana and Catalan middle dots."""


@cache
def _run_pattern(script: str) -> regex.Pattern[str]:
    letter = rf"[\p{{Script={script}}}--[\p{{Nd}}\p{{No}}\p{{P}}\p{{S}}]]"
    joiners = _JOINERS if script in ("Katakana", "Latin") else _JOINERS.replace(r"\u30fb\u00b7", "")
    marks = rf"[\p{{M}}&&\p{{Script=Inherited}}]|[{LENGTHENERS}]"
    return regex.compile(rf"(?V1){letter}(?:{letter}|{marks}|[{joiners}](?={letter}))*+")


def runs(text: str, start: int = 0, end: int | None = None) -> list[Run]:
    """The maximal runs of letters of one script in `text[start:end]`, in order; offsets are into `text`.

    Combining marks, ー, and between letters of the same script apostrophes, ZWJ, ZWNJ and middle dots belong to a run;
    spaces, digits and other punctuation end it.
    """
    stop = len(text) if end is None else min(end, len(text))
    found: list[Run] = []
    while first := _RUN_START.search(text, start, stop):
        script = script_of(first[0])
        match = _run_pattern(script).match(text, first.start(), stop) if script else None
        start = match.end() if match else first.end()
        if match and script:
            found.append(Run(match.start(), start, script))
    return found


# -- foreign letters ---------------------------------------------------------------------------------------------------

_PROBES = (lazy(r"[\u0370-\u1dff]"), lazy(r"[\u1f00-\u1fff]"), lazy(r"[\u2c00-\U0010ffff]"))
"""One range each: together every letter of a script other than Latin, and few signs. ASCII and accents are passed over."""
_OHM = r"\u2126"
"""The one sign between the probes that Unicode gives to a script (Greek); it is a unit and starts no run."""


def _ordinary(home: frozenset[str], shared: tuple[str, ...] = SHARED) -> str:
    """The inside of a character class: everything that is not foreign in a host of these scripts."""
    names = [*sorted(home - {"Latin"}), "Latin", *shared]
    return "".join(rf"\p{{Script={name}}}" for name in names) + _OHM


@cache
def foreign_pattern(host_scripts: frozenset[str]) -> regex.Pattern[str]:
    """The pattern of a maximal run of letters that are neither of the host's scripts nor Latin.

    Digits and marks of the foreign script belong to the run; spaces and common punctuation do not.
    """
    letter = rf"[^{_ordinary(host_scripts)}]"
    rest = rf"[^{_ordinary(host_scripts, tuple(name for name in SHARED if name != 'Inherited'))}]"
    return regex.compile(rf"{letter}(?:{rest}|[{LENGTHENERS}]|[{_JOINERS}](?={letter}))*+")


@cache
def _foreign_letter(host_scripts: frozenset[str]) -> regex.Pattern[str]:
    return regex.compile(rf"[^{_ordinary(host_scripts)}]")


def has_foreign(text: str, host_scripts: frozenset[str], start: int = 0, end: int | None = None) -> bool:
    """Whether `text[start:end]` holds a letter that is neither of the host's scripts nor Latin; fast on Latin text."""
    if text.isascii():
        return False
    stop = len(text) if end is None else end
    if not host_scripts <= {"Latin"}:
        return _foreign_letter(host_scripts).search(text, start, stop) is not None
    hits = [hit.start() for hit in (probe.search(text, start, stop) for probe in _PROBES) if hit]
    return bool(hits) and _foreign_letter(host_scripts).search(text, min(hits), stop) is not None


@cache
def _stretches() -> tuple[tuple[str, str, str], ...]:
    """The assigned characters beyond ASCII as stretches of one script: first, last, script."""
    everything = "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x40000)]))
    names = (*all_scripts(), *(name for name in SHARED if name != "Unknown"))
    each = regex.compile("|".join(rf"(\p{{Script={name}}}+)" for name in names))
    return tuple((m[0][0], m[0][-1], names[m.lastindex - 1]) for m in each.finditer(everything) if m.lastindex)


@cache
def foreign_class(host_scripts: frozenset[str]) -> str:
    """The letters of `foreign_pattern` as a character class of plain ranges, `[…]`, to build other patterns from.

    Its inside can be put into a larger class. It holds dozens of ranges and is slow: ask `has_foreign` first.
    """
    ordinary = host_scripts | {"Latin", *SHARED}
    ranges: list[tuple[str, str]] = []
    joined = False
    for first, last, script in _stretches():
        foreign = script not in ordinary and first != "\u2126"
        if foreign and joined:
            ranges[-1] = (ranges[-1][0], last)
        elif foreign:
            ranges.append((first, last))
        joined = foreign
    return "[" + "".join(rf"\U{ord(a):08x}-\U{ord(b):08x}" for a, b in ranges) + "]"
