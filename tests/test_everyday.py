"""What honest sites print, too: such words tell nothing by themselves, and something beside others of their pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spamscrub import Cleaner
from spamscrub.errors import PackError
from spamscrub.folding import fold
from spamscrub.packs import Hit, Matcher, builtin_packs, known, load_pack, packs_with_a_say
from spamscrub.packs.everyday import FILE, everyday

PACK = """
name = "benches"
about = "Advertising for benches."
languages = ["en"]
sources = ["written for this test"]

[[rule]]
id = "brand"
role = "trade"
phrases = ["oakenstool"]

[[rule]]
id = "goods"
role = "trade"
phrases = ["medicine"]

[[rule]]
id = "offer"
role = "offer"
phrases = ["call us", "for half the money", "sign in"]

[[rule]]
id = "phone"
role = "contact"
everyday = true
regex = '''0800 \\s \\d{3}'''
needs = ["0800"]

[[rule]]
id = "line"
role = "ad"
template = "goods offer"
"""


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    path: Path = tmp_path_factory.mktemp("packs") / "benches.toml"
    path.write_text(PACK, "utf-8")
    return Matcher([load_pack(path)])


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Sign in", []),
        ("Sign in. Call us: 0800 123", []),
        ("For half the money", ["For half the money"]),
        ("Medicine", []),
        ("Oakenstool. Sign in", ["Oakenstool", "Sign in"]),
        ("Oakenstool: call us, 0800 123", ["Oakenstool", "call us", "0800 123"]),
        ("Medicine: it says sign in", ["Medicine", "sign in"]),
        ("Medicine: it says 0800 123", ["Medicine", "0800 123"]),
        ("medicine call us", ["medicine call us", "medicine", "call us"]),
    ],
)
def test_everyday_words_tell_something_beside_others_only(matcher: Matcher, text: str, hits: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in matcher.hits(text)] == hits


def test_what_tells_nothing_calls_for_no_closer_look(matcher: Matcher) -> None:
    text = "Sign in, or stay away for half the money."
    assert [text[hit.start : hit.end] for hit in matcher.triggers(text)] == ["for half the money"]
    assert [text[span.start : span.end] for span in matcher.vocabulary(text)] == ["for half the money"]


def test_a_pack_has_a_say_by_more_than_everyday_words_or_by_goods_with_an_offer() -> None:
    goods, offer, part = (Hit(0, 1, role, "benches", "any", everyday=role != "part") for role in ("trade", "offer", "part"))
    for hits in ([goods], [offer], [part], [offer, part], [goods, part], [goods, offer._replace(pack="others")]):
        assert packs_with_a_say(hits) == set(), hits
    assert packs_with_a_say([goods, offer]) == {"benches"}
    assert packs_with_a_say([part, offer._replace(everyday=False)]) == {"benches"}


def test_the_list_is_as_matched_and_of_words_that_packs_know_otherwise() -> None:
    text = FILE.read_text("utf-8")
    assert all(fold(phrase).text == phrase for phrase in everyday())
    assert text.count('",\n') == len(everyday())
    assert everyday() <= {phrase for pack in builtin_packs(all=True) for rule in pack.rules if rule.role in ("offer", "trade", "contact") for phrase in rule.phrases}


def test_a_template_may_be_everyday_but_no_number(tmp_path: Path) -> None:
    path = tmp_path / "benches.toml"
    path.write_text(PACK.replace('template = "goods offer"', 'everyday = true\ntemplate = "goods offer"'), "utf-8")
    rule = load_pack(path).rules[-1]
    assert rule.everyday and rule.kind == "template"
    path.write_text(PACK.replace("everyday = true", "everyday = 1"), "utf-8")
    with pytest.raises(PackError, match="rule phone: 'everyday' is 1"):
        load_pack(path)


def test_what_is_everyday_is_part_of_what_a_pack_knows() -> None:
    pack = builtin_packs()[0]
    other = replace(pack, rules=(replace(pack.rules[0], everyday=True), *pack.rules[1:]))
    assert known([pack]).sha256 != known([other]).sha256


def test_a_menu_is_no_ad_and_one_with_a_casino_in_it_is() -> None:
    menu, prose = "Sign in / Sign up\n", "We have made oak benches since 1954, each with a number.\n\nEvery bench comes with a letter from the joiner who built it.\n"
    clean = Cleaner().clean
    assert clean(menu + prose).text == menu + prose
    assert clean("Best online casino bonus: sign up\n" + prose).text == prose
