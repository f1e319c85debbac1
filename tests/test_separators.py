"""What goes with an ad: one space, a line end, or nothing, so that the host comes back byte for byte."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamscrub import clean, replay, restore
from spamscrub.separators import with_separators
from spamscrub.spans import Span, cut
from spamscrub.tokenizer import Document

AD = "爱上海论坛"
CASES = {
    "a prefix takes the space behind it": "One.\n⟦爱上海论坛 ⟧Two.\n",
    "a prefix before a marker leaves the marker": "- One\n⟦爱上海论坛 ⟧- Two\n- Three\n",
    "a prefix before an indented marker takes one space only": "  - One\n⟦爱上海论坛 ⟧  - Two\n",
    "a tail takes the space before it": "One two.⟦ 爱上海论坛⟧\nThree four.\n",
    "a glued tail takes nothing else": "One two.⟦爱上海论坛⟧\nThree four.\n",
    "between sentences one of two spaces goes": "One two. ⟦爱上海论坛 ⟧Three four.\n",
    "an own line that replaced a blank line leaves it": "Aaa.\n\nBbb.\n⟦爱上海论坛⟧\nCcc.\n\nDdd.\n",
    "an inserted line goes with its line end": "Aaa.\n\n⟦爱上海论坛\n⟧Bbb.\n\nCcc.\n\nDdd.\n",
    "a line inserted into a page without blank lines goes": "Aaa.\nBbb.\n⟦爱上海论坛\n⟧Ccc.\nDdd.\n",
    "a line inserted into a list goes": "Aaa.\n\n- b\n- c\n⟦爱上海论坛\n⟧- d\n- e\n\nFff.\n",
    "the last line takes the line end before it": "Aaa.\n\nBbb.⟦\n爱上海论坛⟧",
    "the last line takes the blank line before it": "Aaa.\n\nBbb.⟦\n\n爱上海论坛⟧",
    "the text keeps its last line end": "Aaa.\n\nBbb.⟦\n\n爱上海论坛⟧\n",
    "the first line takes the blank line behind it": "⟦爱上海论坛\n\n⟧Aaa.\n\nBbb.\n",
    "CRLF line ends go whole": "Aaa.\r\n\r\n⟦爱上海论坛\r\n⟧Bbb.\r\n\r\nCcc.\r\n",
    "a tag slot takes the spaces behind it": "2023-10-21   ⟦爱上海论坛   ⟧Culture\n",
    "a tag slot takes the dot behind it": "12 June · 5 min · ⟦爱上海论坛 · ⟧Culture\n",
}


@pytest.mark.parametrize("name", CASES)
def test_the_host_comes_back(name: str) -> None:
    marked = CASES[name]
    before, rest = marked.split("⟦")
    inside, after = rest.split("⟧")
    text = before + inside + after
    at = text.index(AD)
    assert cut(text, with_separators(Document(text), [Span(at, at + len(AD))])) == before + after


PIECES = ["Aaa.", "bbb", "- c", " ", "  ", "\n", "\n\n", "\r\n", " · ", "|", "\ufeff", f"⟦{AD}⟧", f"⟦{AD}⟧", f"\n⟦{AD}⟧\n", f"\n\n⟦{AD}⟧\n\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_every_ad_goes_and_no_two_claim_one_stretch(pieces: list[str]) -> None:
    text, contents = "", []
    for piece in re.split("[⟦⟧]", "".join(pieces)):
        if piece == AD and (not contents or contents[-1].end < len(text)):
            contents.append(Span(len(text), len(text) + len(AD)))
        text += piece
    spans = with_separators(Document(text), contents)
    assert len(spans) == len(contents)
    assert all(span.start <= content.start and span.end >= content.end for span, content in zip(spans, contents, strict=True))
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_two_ads_above_a_text_with_a_blank_line_between_them_go_both() -> None:
    """They claimed one stretch once, and `clean` ended in an error."""
    text = f"{AD}\n\n{AD}\nAaa.\n\nBbb.\n"
    assert with_separators(Document(text), [Span(0, 5), Span(7, 12)]) == [Span(0, 7), Span(7, 13)]
    host = "The museum is one of the oldest in the city, and most of its rooms are open again after the repairs of last spring.\n"
    assert clean(f"上海喝茶服务vx\n\n爱上海龙凤论坛\n{host * 4}").text == host * 4


LINES = ["上海喝茶服务vx", "爱上海龙凤论坛", "buy cialis online no prescription", "онлайн казино зеркало", "", "", "- one", "The museum is one of the oldest in the city.", "Most of its rooms are open again after the repairs of last spring."]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_lines_ads_stand_on_the_text_comes_back(lines: list[str], end: str, ends: bool) -> None:
    text = end.join(lines) + end * ends
    result = clean(text)
    assert restore(result.text, result.findings) == text
    assert replay(text, result.findings) == result.text
