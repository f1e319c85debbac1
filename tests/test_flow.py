"""Lines that go on in each other, terminal sessions, numbered captions and paragraphs in another language are a manual's own."""

from __future__ import annotations

import time

import pytest

from spamscrub import Cleaner
from spamscrub.candidates import Candidate
from spamscrub.classifiers import flow
from spamscrub.classifiers.scene import Page, Scene

WRAPPED = """\
The copies are made by a small program that reads the list of folders and
writes one archive for each. An archive is never changed afterwards, even
when the folder it came from is moved to another machine or
renamed, because the list of contents would no longer agree with it.
"""
GERMAN = "Der Abgleich vergleicht den Katalog der Zweigstelle mit dem der Zentrale und läuft jede Nacht zehn Minuten.\n" * 8
ENGLISH = "The comparison is done in two passes, of which the first reads only the numbers of the records.\n"
RUSSIAN = "После копирования посмотрите, что лежит в каталоге, и сравните числа с теми, что стоят в таблице.\n"


def seen(text: str, part: str) -> dict[str, float]:
    """What the classifier sees in the first `part` of `text`, by name."""
    start = text.index(part)
    page = Page(Cleaner(weights={}).surroundings(text))
    scene = Scene(page, Candidate(start, start + len(part), page.document.line_at(start), "line"))
    return {feature.name: feature.value for feature in flow.features(scene)}


def test_a_broken_sentence_goes_on_from_line_to_line() -> None:
    found = seen(WRAPPED, "when the folder it came from is moved to another machine or")
    assert {"goes-on-from-above", "goes-on-below"} <= found.keys()


def test_a_line_between_finished_paragraphs_goes_on_nowhere() -> None:
    text = "A whole sentence stands above it, and it has come to its end.\nbuy cheap pills online\nAnother one stands below.\n"
    assert not seen(text, "buy cheap pills online").keys() & {"goes-on-from-above", "goes-on-below", "lower-as-others"}


def test_how_many_lines_begin_in_lower_case_is_known_of_broken_text_only() -> None:
    assert seen(WRAPPED * 4, "writes one archive")["lower-as-others"] == pytest.approx(11 / 14)
    assert "lower-as-others" not in seen(f"{ENGLISH * 20}small one\n", "small one")


@pytest.mark.parametrize(
    "line",
    ["$ ls /srv", "# reload now", "anna@north:~$ ls", "drwxr-xr-x 2 root root 4096 old", "total: d-wx-wx-wx bin", "a && b", "save it >> ~/notes.txt", "in '/srv/a/b'", "tail -n 3", "archive --dry-run north", "tar -x -f new.tar", "see /etc/reader/main.conf", "cat list | sort"],
)
def test_commands_and_their_output_are_known(line: str) -> None:
    assert "terminal-line" in seen(f"{ENGLISH}{line}\n{ENGLISH}", line)
    assert seen(f"{line}\nthe output\n{line}\n", "the output")["terminal-beside"] == 2.0


@pytest.mark.parametrize("line", ["# A heading", "- an item of a list", "and/or what comes", "Ein- und -ausgang", "5 > 3", "5 % of all", "North | 20 | closed", "上海龙凤419论坛", "100 - 200"])
def test_other_lines_are_no_commands(line: str) -> None:
    assert "terminal-line" not in seen(f"{ENGLISH}{line}\n{ENGLISH}", line)


def test_a_word_before_the_numbers_of_examples_is_a_caption() -> None:
    text = f"{ENGLISH}Пример 4.1. The file main.conf\n{ENGLISH}Пример 4.2. The log\n{ENGLISH}Пример 4.3. The end\n"
    found = seen(text, "Пример")
    assert found["dotted-number"] == 1.0
    assert found["numbered"] == pytest.approx(1.585, abs=1e-3)
    assert "behind-number" in seen(f"{ENGLISH}7.3. Настройки\n{ENGLISH}", "Настройки")
    assert not seen(f"{ENGLISH}爱上海 12 boats came in\n{ENGLISH}", "爱上海").keys() & {"dotted-number", "numbered"}


def test_a_dash_before_lower_case_is_no_list_marker() -> None:
    assert "small-behind-marker" in seen(f"{RUSSIAN}Утренний чай - маленький праздник.\n", "Утренний чай")
    assert "small-behind-marker" not in seen(f"{RUSSIAN}Утренний чай - Маленький праздник.\n", "Утренний чай")


def test_a_line_below_a_time_code_is_a_subtitle() -> None:
    text = "1\n00:01:12,040 --> 00:01:14,310\nThe lamp is still lit\n河边的灯还亮着\n\n字幕翻译\n"
    assert "subtitle" in seen(text, "河边的灯还亮着")
    assert "subtitle" not in seen(text, "字幕翻译")


def test_what_begins_or_ends_inside_a_quotation_is_told() -> None:
    text = 'He counted "casino online", "free spins" and more.\n'
    assert "cuts-quote" in seen(text, 'casino online", "free spins')
    assert "cuts-quote" in seen(text, '"casino online", "free spins')
    assert "cuts-quote" not in seen(text, "free spins")


def test_a_line_set_off_like_its_neighbour_is_told() -> None:
    assert "indented" in seen("    one line of it\n    another line of it\nend\n", "one line of it")
    assert "indented" not in seen("    one line of it\n  another line of it\nend\n", "one line of it")


def test_prose_in_another_language_elsewhere_makes_a_foreign_line_likelier_the_authors() -> None:
    text = f"{GERMAN}{ENGLISH}{GERMAN}{ENGLISH}is moved to another machine and renamed afterwards\n{GERMAN}"
    found = seen(text, "is moved to another machine and renamed afterwards")
    assert found["foreign-prose"] == pytest.approx(1.585, abs=1e-3)
    assert found["foreign-prose-beside"] == 1.0
    assert "foreign-prose" not in seen(f"{GERMAN}is moved to another machine and renamed afterwards\n{GERMAN}", "is moved to another machine and renamed afterwards")


def test_latin_prose_in_a_host_of_other_letters_counts_likewise() -> None:
    found = seen(f"{RUSSIAN * 4}{ENGLISH}reload the list\n{RUSSIAN}", "reload the list")
    assert found["foreign-prose"] == found["foreign-prose-beside"] == 1.0


def test_many_numbered_heads_take_linear_time() -> None:
    def seconds(lines: int) -> float:
        text = "".join(f"слово{n:04} {n % 900}. The line of it goes on in English here, as all others do\n" for n in range(lines))
        began = time.process_time()
        Cleaner().clean(text)
        return time.process_time() - began

    seconds(50)
    short, long = min(seconds(500) for _ in range(3)), min(seconds(4_000) for _ in range(2))
    assert long < 24 * short + 0.1  # eight times the text; 64 times the time where each line was compared with each
