"""How a document uses phrases in other letters than its own tells its guests from ads."""

from __future__ import annotations

import pytest

from spamscrub.candidates import Candidate
from spamscrub.classifiers import flow, form, guards, guests, position, script, wording
from spamscrub.classifiers.scene import Classifier, Page, Scene
from spamscrub.cleaner import Cleaner
from spamscrub.placement import place
from spamscrub.tokenizer import Document

RUSSIAN = "Мост через реку был открыт весной, и жители города долго праздновали это событие на площади у ратуши.\n"
JAPANESE = "この橋は春に開通し、町の人々は広場で長いあいだ祝いました。川の向こうの村へは歩いて行けます。\n"
ENGLISH = "The bridge over the river was opened in spring, and the people of the town celebrated it for a long time.\n"


def seen(look: Classifier, text: str, part: str) -> dict[str, float]:
    """What a classifier sees in the first `part` of `text`, by name."""
    start = text.index(part)
    page = Page(Cleaner(weights={}).surroundings(text))
    scene = Scene(page, Candidate(start, start + len(part), page.document.line_at(start), "line"))
    return {feature.name: feature.value for feature in look(scene)}


def test_latin_phrases_where_ads_stand_back_each_other() -> None:
    found = seen(guests.features, f"{RUSSIAN}order cheap pills\n{RUSSIAN}buy cheap pills\n", "order cheap pills")
    assert found["guests-apart"] == 1.0
    assert "no-guests-in-prose" in found


def test_latin_phrases_inside_sentences_are_the_hosts_guests() -> None:
    text = f"{RUSSIAN}Команда git commit записывает, а затем git push origin отправляет изменения.\nstore the changes\n"
    found = seen(guests.features, text, "store the changes")
    assert found["guests-in-prose"] > 1.0
    assert "no-guests-in-prose" not in found


def test_a_latin_sentence_is_told_by_the_words_that_hold_it_together() -> None:
    text = f"{RUSSIAN}it was built by the people who live in the town\n{RUSSIAN}buy cheap pills online today\n"
    assert seen(guests.features, text, "it was built by the people who live in the town")["function-words"] == 4.0
    assert "function-words" not in seen(guests.features, text, "buy cheap pills online today")


def test_a_name_of_the_hosts_prose_at_its_end_is_not_the_ads() -> None:
    host = RUSSIAN.replace("Мост", "Мост Oxford")
    assert "known-name-at-end" in seen(guests.features, f"{host}cheap pills Oxford\n", "cheap pills Oxford")
    assert "known-name-at-end" not in seen(guests.features, f"{host}cheap pills Boston\n", "cheap pills Boston")


def test_a_script_that_no_sentence_uses_is_a_stranger_in_a_slot() -> None:
    assert "stranger-in-slot" in seen(guests.features, f"{ENGLISH}большая скидка\n", "большая скидка")
    quoted = f"{ENGLISH}The word река means river and мост means bridge.\nбольшая скидка\n"
    assert "stranger-in-slot" not in seen(guests.features, quoted, "большая скидка")


def test_sentences_in_a_script_speak_for_its_labels() -> None:
    prose = "Adds a footer to the current page style.\nTo insert a footer, select Footer on, and then click OK.\n" * 5
    told = f"フッター\n{prose}フッター段落の枠は余白へ広げることができます。\n左余白\n"
    assert seen(script.features, told, "フッター")["script-tells"] == 1.0
    assert seen(script.features, told, "左余白")["script-tells"] == 1.0
    assert "script-tells" not in seen(script.features, told.replace("。", ""), "フッター")
    assert "script-tells" not in seen(script.features, f"上海龙凤论坛\n{prose}上海喝茶服务加微信联系我们，价格优惠。\n", "上海龙凤论坛")
    assert "script-tells" not in seen(script.features, f"フッター\n{prose}枠は余白へ広がる。 See below.\n", "フッター")


def test_latin_words_that_go_on_beside_a_latin_stretch_are_seen() -> None:
    text = f"{RUSSIAN}buy cheap pills online\n"
    assert "latin-behind" in seen(position.features, text, "buy cheap")
    assert "latin-before" in seen(position.features, text, "pills online")
    assert not {"latin-behind", "latin-before"} & seen(position.features, text, "buy cheap pills online").keys()


def test_a_short_latin_word_at_the_edge_is_not_the_hosts_unless_it_uses_it() -> None:
    assert "host-word-at-edge" not in seen(position.features, f"{RUSSIAN}buy pills next day COD\n", "buy pills next day COD")
    host = RUSSIAN.replace("Мост", "Мост COD")
    assert "host-word-at-edge" in seen(position.features, f"{host}buy pills next day COD\n", "buy pills next day COD")


def test_keywords_between_commas_are_a_list_and_a_sentence_with_commas_is_none() -> None:
    text = f"{ENGLISH * 3}скидка, доставка, аптека, таблетки\nмост, который открыли весной\n"
    assert "comma-list" in seen(form.features, text, "скидка, доставка, аптека, таблетки")
    assert "comma-list" not in seen(form.features, text, "мост, который открыли весной")


@pytest.mark.parametrize(
    ("part", "is_name"),
    [("Вера Лунина", True), ("Пётр В. Сомов", True), ("Анна-Мария Гай", True), ("Нина", False), ("Вера лунина", False), ("ВЕРА ЛУНИНА", False), ("Вера Лунина 24", False), ("Вера Лунина из Старой Ладоги", False)],
)
def test_capitalised_words_in_other_letters_look_like_a_name(part: str, is_name: bool) -> None:
    assert ("name-like" in seen(form.features, f"{ENGLISH * 3}{part}\n", part)) is is_name


@pytest.mark.parametrize(("part", "is_record"), [("沪ICP备12345678号-1", True), ("京公网安备 11010802020134号", True), ("ICP的工作原理", False), ("公安提醒您", False)])
def test_the_number_of_a_site_with_an_authority_is_no_code(part: str, is_record: bool) -> None:
    assert ("record-number" in seen(guards.features, f"{ENGLISH * 3}{part}\n", part)) is is_record


@pytest.mark.parametrize(("part", "is_name"), [("简体中文", True), ("Русский", True), ("| 한국어 |", True), ("русский", True), ("Tiếng Việt", True), ("中文字幕", False), ("Русский язык онлайн", False), ("|", False)])
def test_the_name_of_a_language_alone_is_there_to_be_chosen(part: str, is_name: bool) -> None:
    assert ("language-name" in seen(guards.features, f"{ENGLISH * 3}{part}\n", part)) is is_name


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("hash-inside", "tree 99f1a6d12cb4b6f19c8655fca46c"),
        ("reading-inside", "мост most"),
        ("remark-inside", "скидка (так говорили жители города на площади у ратуши) сегодня"),
        ("bracket-inside", "скидка (вчера) сегодня"),
        ("cuts-bracket", "скидка (вчера"),
        ("marker-inside", "2. большая скидка"),
    ],
)
def test_signs_inside_that_are_the_authors_are_seen_and_a_plain_ad_shows_none(name: str, part: str) -> None:
    text = f"{ENGLISH}{part}\n{ENGLISH}большая скидка сегодня 500\n"
    assert name in seen(guards.features, text, part)
    assert name not in seen(guards.features, text, "большая скидка сегодня 500")


def test_foreign_letters_in_the_rest_of_the_line_are_seen() -> None:
    text = f"{ENGLISH}мост means bridge and река means river\nбольшая скидка\n"
    assert "rest-is-foreign-too" in seen(script.features, text, "мост")
    assert "rest-is-foreign-too" not in seen(script.features, text, "большая скидка")


def test_chinese_in_a_japanese_text_is_counted_apart_from_its_own_characters() -> None:
    found = seen(script.features, f"{JAPANESE}中国では「爱护环境」や这个标语と書かれている。\n南京论坛广告\n", "南京论坛广告")
    assert found["script-in-prose"] > 0
    assert "script-in-prose" not in seen(script.features, f"{JAPANESE}南京论坛广告\n", "南京论坛广告")


def test_a_fence_that_names_its_language_opens_even_after_one_that_was_lost() -> None:
    text = "ad ```\n```go\npackage main\n```\nplain words\n"
    page = Page(Cleaner(weights={}).surroundings(text))
    assert page.fenced == {2}


@pytest.mark.parametrize(("text", "part", "position"), [(".שלום עולם\n", "שלום עולם", "own-line"), ("6.  слово и дело\n", "слово и дело", "item")])
def test_a_stray_stop_and_a_wide_marker_do_not_hide_the_place(text: str, part: str, position: str) -> None:
    start = text.index(part)
    assert place(Document(text), Candidate(start, start + len(part), 0, "line")).position == position


def test_a_hashtag_is_the_authors() -> None:
    assert "hashtag" in seen(guards.features, f"{ENGLISH}We came home late. #boat #паром\n", "паром")
    assert "hashtag" not in seen(guards.features, f"{ENGLISH}We came home late. паром\n", "паром")


def test_a_dash_behind_a_list_marker_or_between_three_words_is_no_marker() -> None:
    for text, part in (("- 吃过 - have eaten\n- 看过 - have seen\n", "吃过"), ("سكين - sikkin - knife\n", "سكين - sikkin")):
        assert "before-marker" not in seen(position.features, ENGLISH + text, part)
    assert "before-marker" in seen(position.features, f"{ENGLISH}吃过 - have eaten\n- have seen\n", "吃过")


def test_what_may_be_the_hosts_own_words_is_lowered_in_the_end_and_other_letters_are_not() -> None:
    cleaner = Cleaner()
    for line, lowered in (("buy cheap viagra online", True), ("上海龙凤论坛", False)):
        found = [one for one in cleaner.explain(f"{ENGLISH}\n{line}\n\n{ENGLISH}").findings if one.text.strip() == line]
        assert [any(item.name == "calibration" for item in one.evidence) for one in found] == [lowered]


def test_quotation_marks_the_other_way_round_enclose_too() -> None:
    for text in ("Da stand »slot gacor«, und niemand wusste, warum.\n", "Det stod ”slot gacor” på skylten i hamnen.\n"):
        assert "enclosed" in seen(guards.features, ENGLISH + text, "slot gacor")
    assert "enclosed" not in seen(guards.features, f"{ENGLISH}Da stand « slot gacor » auf dem Schild.\n".replace("«", "-"), "slot gacor")


def test_letters_of_its_script_that_touch_a_stretch_belong_to_it() -> None:
    assert "cuts-word" in seen(script.features, f"{ENGLISH}They call it 上海人 in town.\n", "上海")
    assert "cuts-word" not in seen(script.features, f"{ENGLISH}They call it 上海 人民 in town.\n", "上海")


def test_lower_case_before_a_capital_tells_where_an_ad_ends() -> None:
    text = f"{ENGLISH}buy cheap pills The bridge was closed in autumn.\n"
    assert "small-before-capital" in seen(form.features, text, "buy cheap pills")
    assert "small-before-capital" not in seen(form.features, text, "buy cheap")
    assert "small-before-capital" not in seen(form.features, text.replace("buy", "Buy"), "Buy cheap pills")


CHINESE = "舞台搭在晒谷场，台下的凳子是各家自己搬来的。"


def test_spaces_beside_words_of_ads_do_not_make_spaces_usual() -> None:
    page = Page(Cleaner().surroundings(f"{CHINESE}上海神女论坛 {CHINESE}上海龙凤论坛 {CHINESE}\n"))
    assert page.odd_spaces == 0
    assert Page(Cleaner().surroundings(f"{CHINESE}那天 {CHINESE}\n")).odd_spaces == 1


def test_clauses_of_chinese_between_commas_are_no_list_of_keywords() -> None:
    assert "keyword-list" in seen(form.features, f"{CHINESE}\n代孕，试管婴儿，助孕\n", "代孕，试管婴儿，助孕")
    clauses = "桥边的老人说他们从小就在这里长大的，平台按距离计价，三公里以内一个价"
    assert "keyword-list" not in seen(form.features, f"{CHINESE}\n{clauses}\n", clauses)


def test_a_guest_in_capitals_that_no_profile_reads_is_no_crash() -> None:
    capitals = "ĐẠI HỌC QUỐC GIA"
    assert Cleaner().clean(f"{CHINESE * 8}\n\n{capitals}\n\n{CHINESE}\n").host.language == "zh"


HANS = "清晨的菜市场很热闹，卖豆腐的大姐总是第一个到。" * 6 + "七路车的终点站搬走以后，孩子们上学要多走二十分钟。司机师傅很和气，下雨天总是等一等跑过来的人。\n{}\n冬天天亮得晚，家长不放心。\n"


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("住在河東的長輩搭車很不方便", 4),
        ("愛上海", 1),
        ("赵镕声指挥老年合唱团在文化宫演出", None),  # 镕 is in no set of another country
        ("周喆指挥老年合唱团在文化宫演出", None),  # one rare character among many is part of a name
    ],
)
def test_characters_of_another_countrys_writing_are_seen_and_rare_ones_of_names_are_not(line: str, count: int | None) -> None:
    assert seen(script.features, HANS.format(line), line).get("han-forms") == (count and min(3, count))


def test_full_width_letters_are_a_disguise_only_where_none_are_typeset() -> None:
    assert "disguised" not in seen(form.features, HANS.format("演出照片２张ＶＣＤ"), "演出照片２张ＶＣＤ")
    assert "disguised" in seen(form.features, "The boats come in at noon.\nＢＵＹ cheap ＢＯＡＴＳ now\nThe market opens at one.\n", "ＢＵＹ cheap ＢＯＡＴＳ now")


@pytest.mark.parametrize(("behind", "is_tied"), [("は春に開通しました。", True), (" を使うと便利です。", True), ("および小さな道具です。", True), ("とても便利です。", False), ("でも便利です。", False), (" 春に開通しました。", False)])
def test_a_particle_ties_a_word_to_the_japanese_sentence_behind_it(behind: str, is_tied: bool) -> None:
    assert ("before-particle" in seen(flow.features, f"{JAPANESE * 3}quiet-syslog tail{behind}\n", "quiet-syslog tail")) is is_tied


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("{}Lunar Deluxe — игра про маленький корабль.\n", "dash"),
        ("{}Lunar Deluxe — Игра про маленький корабль.\n", "marker"),
        ("{}Lunar Deluxe — игра.\n— мост через реку\n", "marker"),
        ("{}Lunar Deluxe - игра про маленький корабль.\n", "marker"),
    ],
)
def test_a_long_dash_that_no_line_begins_with_explains_the_word_before_it(text: str, follows: str) -> None:
    document = Document(text.format(RUSSIAN * 3))
    start = document.text.index("Lunar")
    assert place(document, Candidate(start, start + len("Lunar Deluxe"), document.line_at(start), "latin")).follows == follows


def test_other_scripts_apart_speak_for_a_list_of_names_in_many() -> None:
    names = "Грузия\n조지아\nگرجستان\nジョージア\n"
    assert seen(script.features, f"{ENGLISH * 3}{names}格鲁吉亚\n", "조지아")["other-scripts"] == 1.584962500721156  # log2 of three: Cyrillic, Arabic, Han with kana
    assert "other-scripts" not in seen(script.features, f"{ENGLISH * 3}Грузия\n조지아\n", "조지아")
    assert "other-scripts" not in seen(script.features, f"{ENGLISH * 3}ジョージア\n格鲁吉亚\n조지아\n", "조지아")


def test_other_lines_of_prose_in_its_language_speak_for_a_line() -> None:
    turkish = "Rüzgâr akşamları köyün üstünden geçer, çocuklar da uçurtmalarını alıp tepeye koşarlardı.\n"
    line = "akşamları da kimsenin yazacak hâli kalmazdı"
    assert seen(wording.features, f"{RUSSIAN * 4}{turkish * 3}{line}\n", line)["language-of-others"] == 2.0  # log2 of one and three
    assert seen(wording.features, f"{ENGLISH * 5}{turkish}{line}\n", line)["language-of-others"] == 1.0
    assert "language-of-others" not in seen(wording.features, f"{RUSSIAN * 4}{ENGLISH * 3}{line}\n", line)
    assert "guest-not-english" in seen(wording.features, f"{RUSSIAN * 4}{ENGLISH * 3}{line}\n", line)


@pytest.mark.parametrize(("before", "after_stop"), [("The boats; ", False), ("The boats. ", True), ("Τι είναι αυτό; ", True), ("船来了； ", True)])
def test_a_semicolon_ends_a_sentence_only_in_greek(before: str, after_stop: bool) -> None:
    document = Document(f"{before}slot bet\n")
    assert place(document, Candidate(len(before), len(before) + 8, 0, "latin")).after_stop is after_stop


def test_many_different_strings_without_a_word_of_ads_are_peers() -> None:
    words = ["мост", "река", "берег", "лодка", "весна", "камень"]
    glossary = "".join(f"a word of the {n}. lesson\n{word}\n" for n, word in enumerate(words, 1))
    assert seen(script.features, ENGLISH + glossary, "берег")["different-peers"] == 0.32192809488736235  # log2 of five others by four
    assert "different-peers" not in seen(script.features, ENGLISH + glossary.replace("весна", "мост"), "берег")
    assert "different-peers" not in seen(script.features, ENGLISH + glossary.replace("весна", "казино"), "берег")  # one of six has words of ads


def test_lines_of_another_language_are_peers_however_short() -> None:
    words = ["şiddetli rüzgâr", "karların erimesi", "gökkuşağı renkleri", "bunaltıcı sıcak", "yoğun sis", "sabah çiyi"]
    glossary = "".join(f"a word of the {n}. lesson\n{word}\n" for n, word in enumerate(words, 1))
    assert seen(wording.features, ENGLISH * 3 + glossary, "karların erimesi")["foreign-peers"] == 0.32192809488736235
    assert "foreign-peers" not in seen(wording.features, ENGLISH * 3 + glossary.replace("yoğun sis", "heavy fog"), "karların erimesi")


@pytest.mark.parametrize(("lines", "follows"), [("bow – Bug\nstern – Heck\nkeel – Kiel\n", "dash"), ("bow – Bug\n", "marker"), ("bow – Bug\nstern – Heck\nkeel – Kiel\n– Mast\n– Segel\n", "marker")])
def test_a_dash_between_words_in_most_lines_is_no_list_marker(lines: str, follows: str) -> None:
    document = Document(f"{ENGLISH}лодка – Boot\n{lines}")
    start = document.text.index("лодка")
    assert place(document, Candidate(start, start + 5, 1, "run")).follows == follows


def test_lines_in_latin_letters_near_one_are_a_list() -> None:
    titles = "Salta vindar\nDen sista färjan\nMormors röda dörr\n"
    assert seen(wording.features, f"{RUSSIAN * 3}{titles}Snö över hamnen\n{RUSSIAN}", "Snö över hamnen")["latin-near"] == 1.584962500721156  # log2 of three
    assert "latin-near" not in seen(wording.features, f"{RUSSIAN * 3}Salta vindar\nSnö över hamnen\n{RUSSIAN}", "Snö över hamnen")
    assert "latin-near" not in seen(wording.features, f"{RUSSIAN * 3}{titles}{RUSSIAN * 13}Snö över hamnen\n", "Snö över hamnen")
