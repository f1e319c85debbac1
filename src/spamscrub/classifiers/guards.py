"""Guards: glosses, quotations, titles, lessons, tables and code, where foreign words are the author's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from spamscrub.classifiers.endonyms import is_language_name
from spamscrub.classifiers.scene import Feature, Page, Scene
from spamscrub.patterns import lazy
from spamscrub.placement import CLOSE_AFTER, DASH_AFTER, DASH_BEFORE, OPEN_BEFORE
from spamscrub.spans import cut
from spamscrub.tokenizer import MARKER

CODE_LINE = lazy(r"^(?:\t|\s{4,})\S|[{};]\s*$|=>|::|\w\(.*\)|</?\w+|^\s*(?:#|//|--|/\*|\*)\s|`|\$\s?\w+=|^\s*(?:import|from|def|class|return|const|let|var)\b|\{\{|\\\w+")
LINK_NEAR = lazy(r"\]\(|https?://|\[[^\]]*\]|\w+/\w+/")
COLON = lazy(r"[:：]\s*$")
KEY_VALUE = lazy(r"\s*[+-]?[\w.-]{1,20}\s?[:=]\s+\S")
REFERENCE = lazy(r"\s*\[\d{1,3}\]\s")
GLOSS_INSIDE = lazy(r"\p{L}\s?\([^)]+\)\s*[:：=–—-]|\s[=–—]\s")
QUOTED = lazy(r"[\"“„«「『](?:.*)[\"”“»」』][.,!?。，]?")
CELLS = lazy(r"\t|\S\s{3,}\S|\|.*\|")
GAP = lazy(r"\S(?:\s{2,}|\t)\S")
BRACKETED = lazy(r"[(（\[〔{].*[)）\]〕}]\p{P}?", regex.S)
BRACKET_INSIDE = lazy(r"\w\s?[(（〔]\s?\w[^)）〕]*[)）〕]\s?\w")
REMARK_INSIDE = lazy(r"[(（\[〔【][^)）\]〕】]{30,}[)）\]〕】]")
READ = 24
HASH = lazy(r"(?<![a-z])(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{12,}")
RECORD = lazy(r"\p{Han}[Ii][Cc][Pp][备備证證]|公网安备|公網安備")
"""The number under which an authority of China knows a site, which stands at its foot."""
READING = lazy(r"[^\p{Latin}\p{N}\s\p{P}]{1,6}\s[(\[]?\p{Latin}[\p{Latin}\p{M}ːˑˈ]{0,8}(?![\p{N}\p{L}])")
CODE_WORD = lazy(r"\b(?:vx|wx|qq|tg|line|sh)\b", regex.I)
MARKER_FIRST = lazy(r"\d{1,3}[.)、．]\s")
DATE = lazy(r"\d{1,2}[./]\d{1,2}[./]\d{2}|\d{4}[-/.年]\s?\d{1,2}|\d{1,2}:\d{2}|\d{1,4}[-–〜~～—]\d{2,4}年|\d{1,2}[月월]\s?\d{1,2}[日일]|公元\s?前?\d|\d\s?年\s?[〜～~–—-]")
CODE_INSIDE = lazy(r"\w[(\[{][^)]*[)\]}]|\w[_=<>]\w|\w/\w+[-.\s]|[;{}\\`]|v?\d+\.\d+\.\d+")
ADDRESS_LINE = lazy(r"\s*(?:https?://|www\.)")
TITLE_OPENS = frozenset("《〈")
TITLED = lazy(r"[《〈]\s?$")
TITLE_CLOSES = lazy(r"\s?[》〉]")
COMMA_AFTER = lazy(r"\s?[,，、;；.。!?！？؟…]")
COMMA_BEFORE = lazy(r"[,，、]\s?$")
REVERSED = {"»": "«", "›": "‹", "”": "”"}
"""Quotation marks the other way round, as German, Danish and Swedish have them."""
QUOTE_FIRST = lazy(r"\s*[\"“„«「『‘]")


def features(scene: Scene) -> Iterator[Feature]:
    """Signs of a gloss, a quotation, a definition, a table or code round the candidate; lines of the same shape."""
    where = scene.placement
    opened, closed = OPEN_BEFORE.search(where.before[-2:]), CLOSE_AFTER.match(where.after)
    if QUOTED.fullmatch(scene.text):
        yield Feature("quotes-itself", 1.0, "in quotation marks of its own")
    if where.before.rstrip()[-1:] in TITLE_OPENS and TITLED.search(where.before) and TITLE_CLOSES.match(where.after):
        yield Feature("titled", 1.0, "between title marks")
    elif (opened and closed) or (where.before[-1:] in REVERSED and where.after[:1] == REVERSED[where.before[-1]]):
        yield Feature("enclosed", 1.0, "inside brackets or quotation marks")
    elif opened or (closed and where.follows == "close"):
        yield Feature("half-enclosed", 1.0, "beside a bracket or quotation mark")
    if DASH_BEFORE.search(where.before):
        yield Feature("after-dash", 1.0, "behind a dash or colon")
    if DASH_AFTER.match(where.after) and where.follows != "marker":
        yield Feature("before-dash", 1.0, "before a dash or colon")
    if where.before.endswith("#"):
        yield Feature("hashtag", 1.0, "a hashtag")
    if COMMA_AFTER.match(where.after):
        yield Feature("before-comma", 1.0, "a comma or stop follows")
    if COMMA_BEFORE.search(where.before[-2:]):
        yield Feature("after-comma", 1.0, "a comma stands before it")
    line = where.before + scene.text + where.after
    yield from _of_line(line)
    if scene.candidate.line in scene.page.fenced:
        yield Feature("code-block", 1.0, "inside a fenced code block")
    yield from _inside(scene.text, cut(scene.text, scene.contacts))
    if where.position in ("item", "own-line") and _among_items(scene):
        yield Feature("among-items", 1.0, "an item of a list, its marker left without it")
    if where.position == "own-line":
        yield from _among_lines(scene, line.strip())
        yield from _facing(scene)
    yield from _shape(scene)
    if is_language_name(scene.text):
        yield Feature("language-name", 1.0, "the name of a language, for readers to choose")


@lru_cache(maxsize=256)
def _of_line(line: str) -> tuple[Feature, ...]:
    """Signs in a line that it is code, holds a link or is part of a table; most lines are asked about many times."""
    found = (
        (CODE_LINE, "code-line", "the line looks like code"),
        (LINK_NEAR, "link-line", "the line holds a link or bracket"),
        (CELLS, "cells", "the line is part of a table"),
    )
    return tuple(Feature(name, 1.0, detail) for pattern, name, detail in found if pattern.search(line))


def _inside(text: str, bare: str) -> Iterator[Feature]:
    """Signs inside the candidate that it is a remark, a record, a row of a table or code; `bare`: without its contacts."""
    if BRACKETED.fullmatch(text):
        yield Feature("bracketed", 1.0, "in brackets of its own")
    if DATE.search(text):
        yield Feature("date-inside", 1.0, "holds a date or time")
    if BRACKET_INSIDE.search(text):
        yield Feature("bracket-inside", 1.0, "holds a remark in brackets")
    if HASH.search(text):
        yield Feature("hash-inside", 1.0, "holds a checksum or part of one")
    if RECORD.search(text):
        yield Feature("record-number", 1.0, "the number under which an authority knows the site")
    if _is_reading(text) and not CODE_WORD.search(text):
        yield Feature("reading-inside", 1.0, "a sign or word and its reading")
    if REMARK_INSIDE.search(text) and not BRACKETED.fullmatch(text):
        yield Feature("remark-inside", 1.0, "holds a sentence in brackets")
    if any(text.count(opening) != text.count(closing) for opening, closing in ("()", "[]", "{}", "（）", "【】", "「」", "《》")):
        yield Feature("cuts-bracket", 1.0, "holds one of a pair of brackets without the other")
    if MARKER_FIRST.match(text):
        yield Feature("marker-inside", 1.0, "begins with the number of a list item")
    if CODE_INSIDE.search(bare):
        yield Feature("code-inside", 1.0, "holds what looks like code or a name of a program")
    if GAP.search(text):
        yield Feature("gap-inside", 1.0, "holds a gap as between cells")


def _is_reading(text: str) -> bool:
    """Whether it is a sign or word with its reading in Latin letters, or a row of them."""
    return bool(READING.match(text)) if len(text) <= READ else len(READING.findall(text)) > 2


def _among_items(scene: Scene) -> bool:
    """Whether it is all that its list marker introduces, and a line beside it has such a marker too."""
    page, number = scene.page, scene.candidate.line
    own = MARKER.match(page.line_text(number))
    if not own or not own[0].strip() or number_of(own[0]) == "":
        return False
    beside = [MARKER.match(page.line_text(n)) for n in (number - 1, number + 1) if 0 <= n < len(page.blank)]
    return any(found and number_of(found[0]) == number_of(own[0]) for found in beside)


def number_of(marker: str) -> str:
    """What kind of list a marker belongs to: `1` for all numbers, the sign itself for bullets."""
    sign = marker.strip()[:1]
    return "1" if sign.isdigit() else sign


def _facing(scene: Scene) -> Iterator[Feature]:
    """The host's words for it stand below: a caption, a sign and its reading, a line of verse; or an address does."""
    page, number = scene.page, scene.candidate.line
    if number + 1 >= len(page.blank) or page.blank[number + 1]:
        return
    below = page.line_text(number + 1).strip()
    if ADDRESS_LINE.match(below):
        yield Feature("address-below", 1.0, "a link stands below, whose title it may be")
    if QUOTE_FIRST.match(below):
        yield Feature("quote-below", 1.0, "quoted words stand below")
    faced = page.faced.get(scene.script, set())
    if number in faced:
        yield Feature("faced", float(min(4, len(faced))), f"a short line of the host's stands below, here and {len(faced) - 1} times elsewhere")


def _among_lines(scene: Scene, line: str) -> Iterator[Feature]:
    """A line that the host introduces, a link in brackets, or one of two languages line by line."""
    page, number = scene.page, scene.candidate.line
    if _introduced(page, number):
        yield Feature("introduced", 1.0, "a line that ends with a colon stands above")
    if KEY_VALUE.match(line):
        yield Feature("key-value", 1.0, "a key with its value")
    if REFERENCE.match(line):
        yield Feature("reference", 1.0, "an entry of a list of sources")
    if GLOSS_INSIDE.search(line):
        yield Feature("gloss-inside", 1.0, "a word and its explanation")
    if line[:1] in "[({（【" and line[-1:] in "])}）】":
        yield Feature("bracketed-line", 1.0, "the whole line stands in brackets")
    if scene.kind in ("script", "latin") and scene.script not in page.document.home:
        steps = [n for n in (number - 2, number + 2) if page.owner(n) == scene.script and page.owner((n + number) // 2) != scene.script]
        if steps:
            yield Feature("alternating", float(len(steps)), "every second line is in this script")


def _introduced(page: Page, number: int) -> bool:
    """Whether a line ending with a colon stands above the block that the line belongs to."""
    above = number - 1
    while above >= 0 and not page.blank[above] and number - above <= 6:
        if COLON.search(page.line_text(above)):
            return True
        above -= 1
    while above >= 0 and page.blank[above]:
        above -= 1
    return above >= 0 and bool(COLON.search(page.line_text(above)))


def _shape(scene: Scene) -> Iterator[Feature]:
    """Other lines that hold foreign letters at the same place: a lesson, a list of names, a bilingual text."""
    if scene.kind != "script" or scene.script in scene.page.document.home:
        return
    page, number = scene.page, scene.candidate.line
    around = [n for n in range(number - 3, number + 4) if n != number]
    near = [n for n in around if any(run.script == scene.script for run in page.runs.get(n, ()))]
    if near:
        yield Feature("script-on-near-lines", float(min(4, len(near))), f"{len(near)} of the lines around hold this script")
    letters = page.document.profile
    share = letters.get(scene.script, 0) / max(1, sum(letters.values()))
    if share > 0.05:
        yield Feature("script-share", min(0.5, share) * 10, f"{share:.0%} of the document's letters are of this script")
