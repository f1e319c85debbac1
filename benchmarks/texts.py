"""Real-looking texts of any size from a seed, for the benchmarks of speed: every call writes the same.

Sentences are put together from frames and words written for this file. An article has a title and paragraphs of two to five
sentences with blank lines between them.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "": "The {who} of {place} {did} the {thing} last {day}.|Nobody in {place} expected the {thing} to {happen} before {day}.|"
    "According to the {who}, {number} people {did} the {thing} in {year}.|When the {thing} was finished, the {who} left {place} for good.|"
    "It took {number} weeks, two engineers and a great deal of patience to repair the {thing}.|\"We never meant to {happen},\" the {who} said on {day}.|"
    "The old {thing} stands beside the station; the new one, built in {year}, is larger and colder.|"
    "Those who remember {place} before {year} speak of the {thing} as if it were a relative.|"
    "The {who} keeps a list of every {thing} that was lost, and reads it aloud each {day}.|On {day} the {who} will present a report of {number} pages on the {thing}.",
    "who": "mayor|council|headmaster|ferry captain|librarian|committee|young architect|orchestra|baker|archivist|team|owner of the mill",
    "place": "the harbour|Lower Marsh|the upper valley|Port Ellen|the northern district|Ashford|the lighthouse|Mill Lane|the island",
    "did": "visited|rejected|praised|rebuilt|measured|abandoned|photographed|defended|bought back|described at length",
    "thing": "library|tram line|sea wall|botanical garden|concert hall|bridge|flood gate|weekly market|school kitchen|clock tower|reservoir|map of the parish",
    "happen": "open|change hands|cost that much|survive the winter|cause a quarrel|end in court|be noticed|matter so much",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|spring|autumn|November|week|summer",
    "number": "three|forty|112|seventeen|2,400|nine|36|eight hundred",
    "year": "1887|1931|1964|1998|2007|2019|2023",
}  # fmt: skip
GERMAN: Words = {
    "": "{who} hat {thing} am {day} für die Öffentlichkeit geöffnet.|Über {thing} wurde jahrelang in {place} gestritten.|„Wir müssen früher anfangen“, erklärte {who} am {day}.|"
    "Für {thing} fehlen nach Schätzungen noch {number} Euro.|In {place} erzählt man sich, {thing} sei älter als die Brücke.|Später führte {who} die Gäste durch {place}.",
    "who": "der Bürgermeister|die Müllerin|der Förster|die Geschäftsführerin|der Küster|die Schülerin",
    "thing": "die Mühle|das Gemälde|das Frühlingsfest|die Stadtbücherei|das Schützenhaus|die Kläranlage|die Gärtnerei",
    "place": "Lüneburg|Nördlingen|Köln|Großräschen|Görlitz|Süddeutschland",
    "day": "Dienstag|Donnerstag|Samstag|Abend des 3. März",
    "number": "zwölftausend|340.000|fünf Millionen|900",
}  # fmt: skip
CHINESE: Words = {
    "": "{day}，{who}在{place}介绍了{thing}的最新进展。|{who}表示，{thing}的修缮工程将于{year}年完成，总投资约{number}万元。|记者在{place}看到，{thing}前已经排起了长队。|"
    "过去的{number}年里，{thing}一直是{place}居民谈论最多的话题。|“我们希望更多的年轻人了解{thing}，”{who}说。|据统计，{year}年共有{number}人参观了{thing}，比上一年增加了两成。|"
    "{place}的老人还记得，从前{thing}旁边有一条小河，夏天孩子们在河里游泳。|专家认为，保护{thing}需要耐心，也需要{place}全体居民的支持。",
    "day": "昨天上午|星期三|今年春天|上个月底|本周五",
    "who": "图书馆馆长|市政府发言人|一位退休教师|工程负责人|村里的木匠|研究小组的组长",
    "place": "老城区|河北岸|东湖公园|北门外|山脚下的村庄|火车站附近",
    "thing": "古桥|钟楼|植物园|城墙遗址|新图书馆|有轨电车|旧粮仓",
    "number": "三十|一百二十|八|四十五|两千",
    "year": "1998|2007|2019|2023",
}  # fmt: skip
RUSSIAN: Words = {
    "": "{who} рассказал, что {thing} откроют в {year} году.|В {place} давно ждали, когда отремонтируют {thing}.|По словам жителей, {thing} стоит здесь с {year} года.|"
    "«Мы не спешим», — сказал {who} в четверг.|На {thing} потратят ещё {number} миллионов рублей.",
    "who": "директор музея|мэр|инженер|библиотекарь|капитан парома",
    "thing": "мост|старую мельницу|вокзал|ботанический сад|школу у реки",
    "place": "Заречье|городе|северном районе|посёлке",
    "number": "три|двенадцать|сорок",
    "year": "1931|1964|1998|2019",
}  # fmt: skip
GLOSSES = (
    "The name of the bridge, 安平桥, means peace.", "She calls the dish хачапури, as her grandmother did.", "The exhibition is called 山水 (mountains and water).",
    "A sign at the gate says 입구, entrance.", "The chapter quotes a poem by 杜甫 in full.", "The café \u00ab\u041c\u0430\u044f\u043a\u00bb closed in 2019.",
)  # fmt: skip
ADS = (
    "上海龙凤419论坛", "爱上海论坛", "上海喝茶服务vx", "夜上海论坛爱上海", "北京赛车pk10开奖", "澳门新葡京娱乐城", "加微信 abc13145 领红包", "六合彩开奖结果",
    "Buy cheap viagra online without prescription", "online casino no deposit bonus", "слоты казино онлайн бесплатно", "slot gacor hari ini maxwin",
)  # fmt: skip
LANGUAGES: Mapping[str, tuple[Words, ...]] = {"english": (ENGLISH,), "accented": (GERMAN,), "chinese": (CHINESE,), "mixed": (ENGLISH, ENGLISH, CHINESE, RUSSIAN)}
SHAPES = tuple(LANGUAGES)


def sentences(shape: str, seed: int = 0) -> Iterator[str]:
    """Sentences of a shape without end; in `mixed` an English article quotes, glosses and has whole foreign sentences."""
    chance = random.Random(f"{shape} {seed}")
    options = [{slot: text.split("|") for slot, text in words.items()} for words in LANGUAGES[shape]]
    while True:
        words = chance.choice(options)
        frame = chance.choice(words[""])
        filled = frame.format_map({name: chance.choice(words[name]) for _, name, _, _ in string.Formatter().parse(frame) if name})
        yield filled[0].upper() + filled[1:]
        if shape == "mixed" and chance.random() < 0.3:
            yield chance.choice(GLOSSES)


def article(shape: str, size: int, seed: int = 0) -> str:
    """About `size` bytes of UTF-8, whole sentences."""
    chance = random.Random(seed)
    stream = sentences(shape, seed)
    between = "" if shape == "chinese" else " "
    paragraphs, held = [next(stream).rstrip(".。")], 0
    while held < size:
        paragraphs.append(between.join(next(stream) for _ in range(chance.randint(2, 5))))
        held += len(paragraphs[-1].encode()) + 2
    return "\n\n".join(paragraphs) + "\n"


def infected(text: str, ads: int, seed: int = 0) -> str:
    """The text with so many ads: on lines of their own, before paragraphs and behind them."""
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(ads):
        at = chance.randrange(1, len(lines))
        ad = chance.choice(ADS)
        way = chance.random()
        if way < 0.5 or not lines[at]:
            lines.insert(at, ad)
        elif way < 0.8:
            lines[at] = f"{ad} {lines[at]}"
        else:
            lines[at] = f"{lines[at]} {ad}"
    return "\n".join(lines)


def documents(shape: str, count: int, size: int = 3_000, share: float = 0.0, seed: int = 0) -> list[str]:
    """So many articles, a `share` of them with one to three ads, evenly spread."""
    chance = random.Random(f"{shape} {share} {seed}")
    found = []
    for number in range(count):
        text = article(shape, size, seed * 1_000_003 + number)
        due = int((number + 1) * share) > int(number * share)
        found.append(infected(text, chance.randint(1, 3), number) if due else text)
    return found
