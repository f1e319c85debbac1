"""Ads between two words of a sentence, as hacked blogs have them (`… the router POKIES will then …`), for exam.py.

Each document gets one to three ads of one family, no two in a line; half of the documents get a family of their own language where there is one.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import regex

from spamscrub.scripts import main_script

BETWEEN = regex.compile(r"(?<=\p{L}\p{Ll}[ ])(?=\p{Ll}{2,}[ ,])|(?<=[\p{Lo}]{3}[ ])(?=[\p{Lo}]{2})")
"""Between two words in lower case, or of a script without cases."""
DENSE = regex.compile(r"(?<=[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{4})(?=[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{4})")
UNSPACED = frozenset(["zh", "zh-Hant", "ja", "th"])
PROSE, LONGEST = 80, 60


def with_anchors(record: Mapping[str, str], phrases: Sequence[str], chance: random.Random) -> tuple[str, list[tuple[int, int]]] | None:
    """The text with ads in it and their spans; None where it has no sentence that is long enough."""
    lines = record["text"].split("\n")
    pattern = DENSE if record["lang"] in UNSPACED else BETWEEN
    places = {n: [match.start() for match in pattern.finditer(line)] for n, line in enumerate(lines) if len(line) >= PROSE // (3 if pattern is DENSE else 1)}
    fit = [n for n, found in places.items() if found]
    if not fit:
        return None
    chosen = set(chance.sample(fit, min(len(fit), chance.choice([1, 1, 2, 3]))))
    out, spans = "", []
    for n, line in enumerate(lines):
        if n in chosen:
            at, ad = chance.choice(places[n]), chance.choice(phrases) + " "
            spans.append((len(out) + at, len(out) + at + len(ad)))
            line = line[:at] + ad + line[at:]
        out += line + "\n" * (n + 1 < len(lines))
    return out, spans


def anchored(hosts: Sequence[Mapping[str, str]], phrases: Sequence[Mapping[str, str]], most: int, chance: random.Random) -> Iterator[dict[str, object]]:
    """So many gold records of hosts, chosen and infected by `chance`."""
    families: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in phrases:
        if len(row["phrase"]) <= LONGEST:
            families[row["lang"], row["family"]].append(row["phrase"])
    made = 0
    for host in chance.sample(hosts, len(hosts)):
        own = [key for key in sorted(families) if key[0] == host["lang"].split("-")[0]]
        key = chance.choice(own if own and chance.random() < 0.5 else sorted(families))
        found = with_anchors(host, families[key], chance)
        if found is None:
            continue
        text, spans = found
        spam = "".join(text[start:end] for start, end in spans)
        near = "same-lang" if key in own else "same-script" if main_script(spam) == main_script(host["text"]) else "cross-script"
        about = {"id": f"anchor-{host['id']}", "host_lang": host["lang"], "kind": host["kind"], "spam_lang": key[0], "family": key[1], "pair": near}
        yield {**about, "ops": ["ANCHOR"] * len(spans), "text": text, "spans": spans, "clean": host["text"]}
        made += 1
        if made == most:
            return
