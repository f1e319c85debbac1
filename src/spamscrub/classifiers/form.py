"""Form: ads are short, have no sentence form, and carry codes, links and lists of keywords."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

import regex

from spamscrub.classifiers.scene import DENSE, Feature, Scene
from spamscrub.folding import fold
from spamscrub.language import EAST_ASIAN
from spamscrub.patterns import lazy
from spamscrub.scripts import CASELESS_DENSE

STOP_END = lazy(r"[.!?…。！？؟۔।።։:：,，;；、][\"'”’»」』）)]*$")
STOP_INSIDE = lazy(r"[.!?。！？؟۔।](?:\s|(?=\p{Han}))|[。！？]")
COMMA = lazy(r"[,，、،;；]")
CODE = lazy(r"(?<![\p{Latin}\d])(?=[a-z]{0,3}\d)[a-z]{0,3}\d{2,6}(?![\p{Latin}\d.,:/-])|(?<=[\p{Han}])(?:vx|sh\d+|\d{3,4}|[a-z]{1,2}\d{2,5})", regex.I)
MAY_BE_CODE = lazy(r"\d|[Vv][Xx]")
YEAR = lazy(r"(?:19|20)\d\d$")
LINK = lazy(r"https?://|www[./]|\b[\w-]{2,}\.(?:com|net|org|info|xyz|top|vip|cc|club|site|online|shop|win|bet|app|biz|ru|cn|tk)\b", regex.I)
KEYWORDS = lazy(r"[|｜_,，、/]\s?")
SIGNS = lazy(r"[\p{So}✅❤★☆♥→⇒【】]")
WORDS = lazy(r"[\p{L}\p{M}]+")
FULL_WIDTH = lazy(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
"""Letters and digits as wide as Han characters: a matter of typesetting where those or Hangul are written."""
DISGUISE = lazy(r"[\u2460-\u24ff\u2776-\u2793\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff\u200b-\u200f\u2060\u00ad溦薇徽]|\p{Cyrillic}\p{Latin}|\p{Latin}\p{Cyrillic}|[Vv]❤")
SYLLABLES = 2
"""How many letters more a character of Han or kana stands for, when lengths are compared."""
MANY, KEYWORD = 4, 50
"""So many pieces between commas, none longer than this, are a list of keywords and not a sentence."""
LONGEST, LONGEST_DENSE = 40, 15
"""No keyword of a list is longer; in a script without spaces what is longer is a clause."""
USUAL = 1.5
"""More than about 45 letters make an ad no likelier."""
NAME = lazy(r"\p{Lu}[\p{Ll}\p{M}’'-]*\.?(?:[ -]\p{Lu}[\p{Ll}\p{M}’'-]*\.?){1,3}")
"""Two to four capitalised words, initials among them: in a script with capitals most likely a person or a place."""
MEASURE = lazy(r"\d\s?[%％€$£]|[€$£¥]\s?\d")


def features(scene: Scene) -> Iterator[Feature]:
    """Length, sentence form, codes, links, keyword lists, letter case."""
    yield from of_text(scene.text, cased=scene.kind in ("same", "latin"), wide=not EAST_ASIAN.isdisjoint(scene.page.document.home))
    if scene.kind == "script" and scene.script not in CASELESS_DENSE and len(WORDS.findall(scene.text)) == 1:
        yield Feature("one-word", 1.0, "one word")
    if scene.kind == "script" and NAME.fullmatch(scene.text):
        yield Feature("name-like", 1.0, "capitalised words, as a name has")
    if scene.kind in ("same", "latin") and scene.placement.follows == "capital" and _is_small(scene.text):
        yield Feature("small-before-capital", 1.0, "all in lower case, and a capital follows")
    if scene.kind != "same" and COMMA.search(scene.text):
        pieces = [piece for piece in KEYWORDS.split(scene.text) if piece.strip()]
        if len(pieces) >= MANY and max(map(len, pieces)) <= KEYWORD and not STOP_INSIDE.search(scene.text):
            yield Feature("comma-list", 1.0, f"{len(pieces)} keywords between commas")


def of_text(text: str, *, cased: bool, wide: bool = False) -> Iterator[Feature]:
    """The features of a text by itself; `cased`: capitals say something about it; `wide`: full-width letters are no disguise."""
    size = len(text)
    yield Feature("length", min(USUAL, log2(size + SYLLABLES * len(DENSE.findall(text)) + 1) - 4.0), f"{size} characters")
    if size > 60:
        yield Feature("long", min(3.0, log2(size / 60)), f"{size} characters")
    if size < 3:
        yield Feature("tiny", 1.0, f"{size} characters")
    if STOP_END.search(text):
        yield Feature("ends-as-sentence", 1.0, f"ends with {text[-1]!r}")
    if STOP_INSIDE.search(text[:-1]):
        yield Feature("sentences-inside", 1.0, "holds a sentence end")
    if COMMA.search(text):
        yield Feature("comma-inside", 1.0, "holds a comma")
    codes = [match[0] for match in CODE.finditer(text) if not YEAR.match(match[0])] if MAY_BE_CODE.search(text) else []
    if codes:
        yield Feature("code", 1.0, f"carries the code {codes[0]!r}")
    if MEASURE.search(text):
        yield Feature("amount", 1.0, "carries an amount")
    if ("." in text or "/" in text) and LINK.search(text):
        yield Feature("link", 1.0, "carries an address")
    if _disguised(text, wide):
        yield Feature("disguised", 1.0, "letters or digits in disguise")
    if SIGNS.search(text):
        yield Feature("signs", 1.0, "carries eye-catching signs")
    pieces = [piece for piece in KEYWORDS.split(text) if piece.strip()]
    longest = LONGEST_DENSE if DENSE.search(text) else LONGEST
    if len(pieces) >= 3 and max(map(len, pieces)) <= longest and not STOP_INSIDE.search(text):
        yield Feature("keyword-list", 1.0, f"a list of {len(pieces)} keywords")
    if cased:
        yield from _case(WORDS.findall(text))


def _disguised(text: str, wide: bool) -> bool:
    """Whether letters are not what they look like: full-width or styled in a plain text, hidden signs between them."""
    may_be = not text.isascii() and (DISGUISE.search(text) or (not wide and FULL_WIDTH.search(text)))
    return bool(may_be) and fold(text).text != text.lower()


def _is_small(text: str) -> bool:
    """Whether all of its words that have a case are in lower case, and there are some."""
    return any(map(str.islower, text)) and not any(sign.isupper() or sign.istitle() for sign in text)


def _case(words: list[str]) -> Iterator[Feature]:
    """How it uses capitals; in a script that is not the host's that is no sign of anything."""
    cased = [word for word in words if word.lower() != word.upper()]
    if not cased:
        return
    if len(cased) == 1:
        yield Feature("one-word", 1.0, "one word")
    if cased[0].islower():
        yield Feature("lower-start", 1.0, "begins in lower case")
        if all(word.islower() for word in cased):
            yield Feature("lower-case", 1.0, "all in lower case")
    elif all(word[0].isupper() for word in cased):
        yield Feature("title-case", 1.0, "every word capitalised")
