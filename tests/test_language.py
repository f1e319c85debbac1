"""Which language a text is in, and how foreign a piece is to its host."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamscrub import language
from spamscrub.errors import SpamscrubError
from spamscrub.language import HostModel, ProfileIdentifier, Py3LangidIdentifier, dominant_script, identify, words_of

ENGLISH = """The harbour office closed its last ferry line in March, and the islanders have been arguing about it since.
Most of them travel to the mainland once a week, to see a doctor or to buy what the village shop does not sell.
A small boat still leaves every morning at seven, but it carries only twelve people and no bicycles.
The mayor says that a new ferry would cost more than the whole island spends in a year on its school and its roads.
Her neighbours answer that without a ferry there will soon be no children left to send to that school."""

GERMAN = """Das Hafenamt hat im März die letzte Fährverbindung eingestellt, und seitdem streiten die Bewohner darüber.
Die meisten fahren einmal in der Woche auf das Festland, um zum Arzt zu gehen oder einzukaufen.
Ein kleines Boot legt noch jeden Morgen um sieben ab, aber es nimmt nur zwölf Leute und keine Fahrräder mit.
Die Bürgermeisterin sagt, eine neue Fähre koste mehr, als die Insel im Jahr für Schule und Straßen ausgibt."""

YORUBA = """Àwọn ọmọ ilé-ìwé wá sí ibi ìpàdé náà ní àárọ̀ kùtùkùtù, wọ́n sì jókòó ṣáájú kí olùkọ́ tó dé.
Olùkọ́ náà sọ fún wọn pé kí wọ́n kọ ìtàn kan nípa ìlú wọn, kí wọ́n sì kà á fún àwọn ẹlẹgbẹ́ wọn.
Ọ̀kan nínú àwọn ọmọ náà kọ ìtàn nípa ọjà àti àwọn tí wọ́n ń ta ẹja ní etí odò.
Àwọn òbí wọn wá ní ọ̀sán láti gbọ́ ìtàn náà, inú wọn sì dùn púpọ̀."""

SENTENCES = {
    "de": "Am Abend saßen wir noch lange auf der Terrasse und redeten über den vergangenen Sommer.",
    "tr": "Akşam yemeğinden sonra bahçede oturup geçen yazı ve çocukluğumuzu uzun uzun konuştuk.",
    "id": "Setelah makan malam kami duduk lama di teras dan berbicara tentang musim panas yang lalu.",
    "en": "After dinner we sat on the terrace for a long time and talked about the summer before.",
    "es": "Después de cenar nos quedamos mucho rato en la terraza hablando del verano pasado.",
    "fi": "Illallisen jälkeen istuimme vielä pitkään terassilla ja puhuimme viime kesästä.",
    "vi": "Sau bữa tối chúng tôi ngồi rất lâu ngoài hiên và nói chuyện về mùa hè năm ngoái.",
    "ru": "После ужина мы ещё долго сидели на веранде и разговаривали о прошлом лете.",
    "uk": "Після вечері ми ще довго сиділи на веранді й розмовляли про минуле літо.",
    "bg": "След вечеря останахме дълго на терасата и си говорихме за миналото лято.",
    "fa": "بعد از شام مدت زیادی در ایوان نشستیم و درباره‌ی تابستان گذشته حرف زدیم.",
    "ar": "بعد العشاء جلسنا طويلا في الشرفة وتحدثنا عن الصيف الماضي وعن أصدقائنا القدامى.",
    "ur": "رات کے کھانے کے بعد ہم دیر تک برآمدے میں بیٹھے رہے اور پچھلی گرمیوں کی باتیں کرتے رہے۔",
    "hi": "रात के खाने के बाद हम देर तक बरामदे में बैठे रहे और पिछली गर्मियों की बातें करते रहे।",
    "ja": "夕食のあと、テラスに座って去年の夏の話を長いことしていました。",
    "ko": "저녁을 먹은 뒤 우리는 테라스에 오래 앉아 지난여름 이야기를 나누었다.",
    "zh": "晚饭后我们在露台上坐了很久，聊起去年夏天的事。",
    "th": "หลังอาหารเย็นเรานั่งคุยกันที่ระเบียงอยู่นาน",
    "he": "אחרי ארוחת הערב ישבנו זמן רב במרפסת ודיברנו על הקיץ שעבר.",
    "el": "Μετά το δείπνο καθίσαμε πολλή ώρα στη βεράντα και μιλήσαμε για το καλοκαίρι.",
    "ka": "ვახშმის შემდეგ დიდხანს ვისხედით აივანზე.",
    "am": "ከእራት በኋላ በረንዳው ላይ ለረጅም ጊዜ ተቀመጥን።",
    "be": "Пасля вячэры мы яшчэ доўга сядзелі на ганку і размаўлялі пра мінулае лета, якое ўсім спадабалася.",
    "kk": "Кешкі астан кейін біз ұзақ отырып, өткен жаз туралы әңгімелестік, балалар бақта ойнап жүрді.",
    "az": "Şam yeməyindən sonra uzun müddət eyvanda oturub keçən yay haqqında söhbət etdik.",
    "yo": YORUBA,
}


# -- nothing to say ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   \n", "2024-11-03 17:45", "!!! 419 ???", "😀🎉"])
def test_a_text_without_letters_has_no_language(text):
    assert identify(text) is None
    assert dominant_script(text) is None
    assert ProfileIdentifier().log_likelihoods(text) == {}


@pytest.mark.parametrize("piece", ["爱上海", "上海喝茶服务vx", "上海龙凤419杨浦", "สล็อตเว็บตรง", "카지노사이트", "καζίνο"])
def test_a_script_that_settles_the_language_never_reaches_an_ngram_model(piece):
    assert ProfileIdentifier().log_likelihoods(piece) == {}


@pytest.mark.parametrize("piece", ["", "  ", "419", "上海龙凤", "https://example.org/guncel-giris", "x86_64", "→ • –"])
def test_a_piece_without_words_of_the_hosts_script_is_neither_own_nor_foreign(piece):
    assert HostModel("en", ENGLISH).ratio(piece) == 0.0


@pytest.mark.parametrize("text", ["", "12 34", "上海的天气很好，我们去公园散步。"])
def test_a_host_without_an_open_script_judges_nothing(text):
    model = HostModel(None, text)
    assert model.ratio("canlı bahis siteleri") == 0.0
    assert model.stand_in is None


@pytest.mark.parametrize(
    "piece",
    [
        "the village shop does not sell",
        "A new school for the island",
        "arguing about it since",
        "THE LAST FERRY",
        "Mary Whitfield, John Carew, Samuel Ashby",
        "call getUserName() with user_id=5",
        "see www.example.org/veranstaltungen",
    ],
)
def test_a_host_does_not_find_its_own_language_foreign(piece):
    assert HostModel("en", ENGLISH).ratio(piece, occurrences=0) < 5


# -- identify ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_one_sentence_is_enough_to_tell_the_language(code, sentence):
    assert identify(sentence) == code


@pytest.mark.parametrize("phrase", ["爱上海", "上海喝茶服务vx", "上海龙凤419杨浦", "爱上海论坛", "臺北車站"])
def test_han_alone_is_chinese_and_not_korean(phrase):
    assert identify(phrase) == "zh"


def test_code_and_addresses_do_not_outvote_a_chinese_text():
    text = "安装之后运行 `pip install --user example_package`，\n然后打开 https://docs.example.org/getting-started/install.html 查看说明。"
    assert identify(text) == "zh"


def test_a_short_foreign_head_does_not_change_the_language_of_a_long_text():
    assert identify("canlı bahis siteleri\n" + ENGLISH * 20) == "en"
    assert identify("上海龙凤419 " + GERMAN * 20) == "de"


def test_a_word_of_phonetic_notation_does_not_make_english_azerbaijani():
    assert identify(ENGLISH + " The vowel is written ə as in əbout and səfə.") == "en"


def test_decomposed_letters_count_like_composed_ones():
    import unicodedata

    for code in ("vi", "tr", "fa"):
        assert identify(unicodedata.normalize("NFD", SENTENCES[code])) == code


def test_another_identifier_is_asked_where_the_script_leaves_it_open():
    class Always:
        def log_likelihoods(self, text):
            return {"cy": -1.0, "en": -2.0}

    assert identify(ENGLISH, Always()) == "cy"
    assert identify("爱上海", Always()) == "zh"


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "script", "words"),
    [
        ("The NATO summit, user_name and v2.0", "Latin", ("The", "summit", "and")),
        ("DENEME BONUSU", "Latin", ("Deneme", "Bonusu")),
        ("și țară", "Latin", ("şi", "ţară")),
        ("می‌شود", "Arabic", ("مي", "شود")),
        ("hello мир", "Cyrillic", ("мир",)),
        ("上海 hello", "Han", ()),
        ("a" * 50, "Latin", ()),
    ],
)
def test_words_are_read_as_the_profiles_were_counted(text, script, words):
    assert words_of(text, script) == words


def test_scores_are_the_sum_over_the_ngrams_of_the_piece():
    profiles = language._profiles("Latin")
    column = profiles.languages.index("tr")
    expected = sum(profiles.ngrams[gram][column] for gram in ["v", "e", " v", "ve", "e ", " ve", "ve "])
    assert ProfileIdentifier().log_likelihoods("ve")["tr"] == pytest.approx(expected)


# -- a piece against its host ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "other"),
    [
        ("canlı bahis siteleri", "tr"),
        ("situs judi terpercaya dengan bonus terbesar", "id"),
        ("jugar a la ruleta con dinero real", "es"),
        ("nhà cái uy tín", "vi"),
        ("sklep z lekami bez recepty", "pl"),
    ],
)
def test_a_phrase_in_another_language_is_foreign_to_an_english_host(piece, other):
    model = HostModel("en", ENGLISH)
    assert model.ratio(piece) > 12
    assert model.best_other(piece) == other


def test_names_are_much_less_foreign_than_a_phrase():
    model = HostModel("en", ENGLISH)
    phrase = model.ratio("canlı bahis siteleri")
    for names in ("Kristen Quinn, Sarah Mulholland, Samuel Pak", "Jonas Lindqvist and Petra Novak", "Paulo Ferreira"):
        assert model.ratio(names) < phrase / 2


def test_a_russian_phrase_is_foreign_to_a_ukrainian_host():
    model = HostModel("uk", SENTENCES["uk"] * 3)
    assert model.ratio("игровые автоматы с быстрым выводом денег", occurrences=0) > 10
    assert model.best_other("игровые автоматы с быстрым выводом денег") == "ru"
    assert model.ratio("довго розмовляли про літо", occurrences=0) < 0


def test_what_the_document_keeps_saying_stops_being_foreign():
    jargon = "schadenfreude und weltschmerz"
    stranger, regular = HostModel("en", ENGLISH), HostModel("en", ENGLISH + f" On {jargon} again." * 8)
    assert regular.ratio(jargon, occurrences=0) < stranger.ratio(jargon, occurrences=0) - 10


def test_a_piece_does_not_vouch_for_itself():
    phrase = "bonus veren bahis siteleri"
    model = HostModel("en", f"{phrase}\n{ENGLISH}\n" + f"{phrase}\n" * 5)
    alone = HostModel("en", ENGLISH)
    assert model.ratio(phrase, occurrences=6) == pytest.approx(alone.ratio(phrase, occurrences=0), abs=1.0)
    assert model.ratio(phrase, occurrences=0) < model.ratio(phrase, occurrences=6)


@pytest.mark.parametrize("code", ["yo", "xx", None])
def test_a_host_language_without_a_profile_is_judged_by_its_own_text(code):
    text = "\n".join(f"{YORUBA}" for _ in range(3))
    model = HostModel(code, text)
    own = model.ratio("àwọn ọmọ náà kọ ìtàn", occurrences=1)
    assert own < 5
    assert model.ratio("casino bonus without any deposit today", occurrences=0) > own + 10


def test_the_ratio_stops_growing_with_length():
    model = HostModel("en", ENGLISH)
    piece = "sonra yeni siteler hemen açıldı ve herkes kazandı "
    assert model.ratio(piece * 10) == pytest.approx(model.ratio(piece * 2), rel=0.15)


def test_the_best_other_language_of_another_script_is_that_scripts():
    assert HostModel("en", ENGLISH).best_other("上海龙凤419") == "zh"
    assert HostModel("en", ENGLISH).best_other("419") == ""
    assert HostModel("zh", SENTENCES["zh"]).best_other("después de la cena hablamos") == "es"


def test_spellings_of_a_language_code_mean_the_same():
    assert HostModel("en-US", ENGLISH).ratio("ve bahis") == HostModel("EN", ENGLISH).ratio("ve bahis")
    assert HostModel("zh-Hant", ENGLISH).language == "zh"
    assert HostModel("nb", "").language == "no"


# -- promises ----------------------------------------------------------------------------------------------------------

PROBE = """
import sys
from spamscrub.language import HostModel, ProfileIdentifier, identify
text = sys.stdin.read()
model = HostModel("en", text)
print(identify(text), model.ratio("canlı bahis siteleri"), model.best_other("judi online"))
print(ProfileIdentifier().log_likelihoods("casino en línea"))
print(sorted(name for name in sys.modules if name.startswith("langdetect")))
"""


@pytest.mark.parametrize("places", [None, ["/nowhere"]])
def test_without_the_profiles_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, places: list[str] | None) -> None:
    spec = importlib.machinery.ModuleSpec("langdetect", None, is_package=True)
    spec.submodule_search_locations = places or []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if places else None)
    with pytest.raises(SpamscrubError, match="pip install langdetect"):
        language._profile_texts(["en"])


def test_answers_are_the_same_under_any_hash_seed_and_langdetect_is_never_imported():
    def run(seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-c", PROBE], input=ENGLISH, env=environment, capture_output=True, check=True, encoding="utf-8"
        )
        return done.stdout

    first = run("0")
    assert first == run("1234")
    assert first.splitlines()[-1] == "[]"


def test_answers_do_not_depend_on_the_order_of_calls():
    pieces = ["canlı bahis", "the ferry line", "judi online", "Kristen Quinn", "canlı bahis", "в городе"]
    forward = [HostModel("en", ENGLISH).ratio(piece) for piece in pieces]
    model = HostModel("en", ENGLISH)
    assert [model.ratio(piece) for piece in reversed(pieces)] == forward[::-1]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80), st.integers(0, 5))
def test_any_text_and_piece_get_a_finite_answer(text, piece, occurrences):
    model = HostModel(identify(text), text)
    assert abs(model.ratio(piece, occurrences=occurrences)) < 1e6
    assert isinstance(model.best_other(piece), str)


@pytest.mark.parametrize("text", ["a" * 300_000, "ab1_" * 80_000, "a.b" * 100_000, "́" * 300_000, "á" * 150_000, "x " * 200_000])
def test_hostile_texts_take_no_longer_than_their_length(text):
    start = time.perf_counter()
    identify(text)
    HostModel("en", text).ratio(text)
    assert time.perf_counter() - start < 3


def test_caches_are_bounded():
    for cached in (language._ngrams, language._word_scores, language._short_scores):
        assert cached.cache_info().maxsize is not None


def test_a_piece_is_bounded_alike_while_tokens_are_forgotten(monkeypatch):
    tokens = ["Der", "alte", "Turm", "steht", "am", "Fluss", "und", "der", "Müller", "geht", "zum", "Markt,", "Casino-Bonus", "inklusive"]
    fresh = language.RatioBounds("Latin", "en").of_piece(tokens, 0.0)
    monkeypatch.setattr(language, "MOST_TOKENS", 5)
    crowded = language.RatioBounds("Latin", "en")
    assert [crowded.of_piece(tokens, 0.0) for _ in range(3)] == [fresh] * 3


def test_a_missing_py3langid_names_the_extra_to_install(monkeypatch):
    language._py3langid_rank.cache_clear()
    monkeypatch.setitem(sys.modules, "py3langid", None)
    with pytest.raises(SpamscrubError, match=r"spamscrub\[lid\]"):
        Py3LangidIdentifier()


def test_py3langid_can_take_the_place_of_the_profiles():
    pytest.importorskip("py3langid")
    identifier = Py3LangidIdentifier()
    assert identifier.log_likelihoods("爱上海") == {}
    assert identifier.log_likelihoods("419 !") == {}
    assert identify(SENTENCES["tr"], identifier) == "tr"
    assert set(Py3LangidIdentifier(["en", "tr"]).log_likelihoods("canlı bahis")) == {"en", "tr"}
    model = HostModel("en", ENGLISH, identifier)
    assert model.ratio("canlı bahis siteleri") > 5 > model.ratio("the village shop")
