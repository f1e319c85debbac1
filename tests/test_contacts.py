"""What a reader is to turn to goes with the ad beside it: addresses, handles, telephone numbers, codes of a messenger."""

from __future__ import annotations

import random
import time

import pytest

from spamscrub import Cleaner, contacts
from spamscrub.candidates import Candidate, candidates
from spamscrub.classifiers import contact
from spamscrub.classifiers.scene import Page, Scene
from spamscrub.spans import Span

HOST = "The old mill by the river was repaired in the spring, and the wheel turns again on Sundays.\n\n"
FOUND = {
    "카톡 loan93 문의": ["loan93"],
    "whatsapp +34 600 397 837 Lucía": ["+34 600 397 837"],
    "最新入口 win-88abc.cc 点击": ["win-88abc.cc"],
    "登录 www.jl7799.vip 领取": ["www.jl7799.vip"],
    "写信 @kind_house_vip 就行": ["@kind_house_vip"],
    "LINE: mika_home23 です": ["mika_home23"],
    "电话13900001111找老王": ["13900001111"],
    "siehe https://example.org/a?b=1.": ["https://example.org/a?b=1"],
    "ligne directe 08 95 04 65 24": ["08 95 04 65 24"],
}
NONE = [
    "main.py and node.js, version 1.2.3",
    "from 1999-2005, in 2019 2020",
    "1,200 galleries on 12.5.2024 at 12:30",
    "a letter to someone@example.org came",
    "the [handle](@someone) of (example.com) and <www.example.org>",
    "It was the end.The next day",
    "@register_event('opened') and @cache(1)",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_contact_is_found_whole(text: str) -> None:
    assert [text[span.start : span.end] for span in contacts.contacts(text)] == FOUND[text]


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert contacts.contacts(text) == []


def test_a_contact_stands_directly_behind_or_before() -> None:
    text = "see example.com 地址 : abc123 and more"
    start = text.index("地")
    assert contacts.behind(text, start + 2, len(text)) == text.index(" and")
    assert contacts.before(text, 0, start) == text.index("example")
    assert contacts.behind(text, text.index(" and"), len(text)) is None
    assert contacts.before(text, 0, text.index(" and more") + 5) is None


def test_a_code_before_a_string_is_none_of_its_contact() -> None:
    text = "Windows10 系统"
    assert contacts.before(text, 0, text.index("系")) is None


@pytest.mark.parametrize(("address", "name"), [("https://www.zeus-slots77.bet/x", "zeusslots"), ("sub.example.com", "subexample"), ("www/spins.vip", "spins")])
def test_the_name_of_a_site(address: str, name: str) -> None:
    assert contacts.site_name(address) == name


def page(text: str) -> Page:
    return Page(Cleaner(weights={}).surroundings(text))


def seen(text: str, part: str) -> dict[str, float]:
    """What the classifier sees in the first `part` of `text`, by name."""
    start, of = text.index(part), page(text)
    scene = Scene(of, Candidate(start, start + len(part), of.document.line_at(start), "line"))
    return {feature.name: feature.value for feature in contact.features(scene)}


def test_a_contact_left_behind_and_one_taken_along() -> None:
    text = HOST + "대출 카톡 loan93 The wheel is of oak.\n"
    assert seen(text, "대출 카톡") == {"contact-beside": 1.0}
    assert seen(text, "대출 카톡 loan93") == {"contact": 1.0}
    assert seen(text, "loan93").keys() == {"contact", "contact-alone"}


@pytest.mark.parametrize(("contact_", "sort"), [("@mill_race", "handle"), ("+44 20 7946 0018", "phone"), ("1xbet.com", "site"), ("www/spins", "site"), ("loan93", "code")])
def test_sorts_of_contacts(contact_: str, sort: str) -> None:
    assert contacts.sort_of(contact_) == sort


def test_contacts_on_the_lines_around_are_a_list_of_the_hosts() -> None:
    names = [f"@miller_{n}\n" for n in range(9)]
    listed = HOST + "".join(names[:4]) + "대출 @miller_4\n" + "".join(names[5:])
    assert seen(listed, "대출 @miller_4")["contact-listed"] == 4.0
    assert "contact-listed" not in seen(listed, "대출 ")
    assert "contact-listed" not in seen(listed.replace("대출 @miller_4", "대출 +82 2 5550 1234"), "대출 +82 2 5550 1234")
    assert "contact-listed" not in seen(HOST + "대출 @miller_4\nThe wheel is of oak.\n", "대출 @miller_4")


def test_the_name_of_a_site_speaks_of_a_trade() -> None:
    assert page(HOST + "zeus-slots77.bet\n").trade_sites == [(Span(len(HOST), len(HOST) + 16), 5 / 9)]
    assert not page(HOST + "natural-history.org\n").trade_sites
    assert seen(HOST + "zeus-slots77.bet\n", "zeus-slots77.bet")["trade-address"] == 5 / 9


def test_a_string_with_its_contacts_is_a_candidate() -> None:
    text = HOST + "登录 www.jl7799.vip 领取彩金 The wheel is of oak.\n"
    found = {text[c.start : c.end] for c in candidates(Cleaner(weights={}).surroundings(text))}
    assert {"登录 www.jl7799.vip", "登录 www.jl7799.vip 领取彩金", "www.jl7799.vip 领取彩金"} <= found


@pytest.mark.parametrize("text", ["外 abc12 " * 3000, "a.com " * 6000, "1234567 " * 6000, "外@ab_c " * 4000, "a" * 20_000 + ".com", "www." * 6000])
def test_endless_rows_of_contacts_take_linear_time(text: str) -> None:
    clean = Cleaner().clean
    clean(HOST)
    began = time.process_time()
    clean(HOST + text[: len(text) // 4])
    quarter = time.process_time() - began
    began = time.process_time()
    clean(HOST + text)
    assert time.process_time() - began < 10 * quarter + 0.1


SIGNS = ("a", "Ab", "w", "www", "bet", "x_y", "1", "88", "1931", "5550123", "٣٤", "é", "中", ".", "-", "_", "/", "//", ":", "@", "+", "(", ")", " ", " ", "com", "cc", "казино")


def test_contacts_are_the_same_on_both_roads() -> None:
    """The compiled road looks first whether there may be one: what it passes over holds none."""
    pytest.importorskip("spamscrub._fast")
    chance, native, python = random.Random(4), Cleaner(), Cleaner()
    python.__dict__["_native"] = None
    some = 0
    for _ in range(60):
        rows = ["".join(chance.choices(SIGNS, k=chance.randint(3, 14))) for _ in range(12)]
        rows[chance.randint(0, 11)] = f"viagra online {chance.choice(rows)} casino {chance.choice(rows)}"
        text = "\n".join(["The council met on Tuesday and spoke of the bridge.", *rows, "It will meet again."])
        found = native.explain(text)
        assert found == python.explain(text), text
        some += sum(one[0] == "contact" for finding in found.findings for one in finding.evidence)
    assert some > 20


PROSE = "The reading group met on Tuesday and agreed on six books.\n\n{}\n\nThe library will order two copies of each.\n"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.example.org/news/online-gambling-bonus-review",
        "http://www.math.example.ac.jp/~m-mat/MT/emt.html",
        "www.example.gov/drugs/buying-using-medicine-safely",
        "https://zh.example.org/wiki/六合彩",
        "https://docs.example.org/register-login/",
    ],
)
def test_a_link_alone_stays_whatever_words_stand_in_its_path(link: str) -> None:
    text = PROSE.format(link)
    assert not [finding for finding in Cleaner().clean(text).findings if finding.verdict == "remove"]


def test_a_link_whose_site_speaks_of_a_trade_is_no_plain_one() -> None:
    def names(link: str) -> set[str]:
        return {evidence.name for finding in Cleaner().explain(PROSE.format(link)).findings for evidence in finding.evidence}

    assert "plain-link" in names("https://t.me/s/harbourwatch")
    assert "plain-link" not in names("https://casinobonus88.com/")
