"""What an ad asks its reader to turn to: addresses of sites, handles, telephone numbers, codes of a messenger.

A contact goes with the ad beside it, however it is written: `카톡 loan93`, `whatsapp +34 600 397 837`, `bwin88.cc最新入口`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from spamscrub.patterns import lazy
from spamscrub.spans import Span

ENDINGS = (
    "com|COM|Com|net|NET|org|info|xyz|top|vip|club|site|online|shop|store|win|bet|app|biz|live|pro|casino|games|world|life|fun|icu|link|click|space|website|today|mobi|asia|tech|cloud|"
    "agency|news|blog|group|team|center|email|one|run|best|bid|loan|date|men|work|stream|download|trade|party|poker|sex|porn|adult|dating|tips|expert|guru|media|digital|solutions|support|"
    "io|co|me|cc|tv|ws|to|eu|us|uk|ca|au|nz|ie|de|at|ch|fr|be|nl|lu|es|pt|it|gr|pl|cz|sk|hu|ro|bg|si|hr|rs|ba|mk|al|se|no|dk|fi|is|ee|lv|lt|by|ua|ru|su|kz|uz|az|ge|am|tr|il|ir|ae|sa|eg|ma|dz|tn|"
    "pk|in|bd|lk|np|cn|hk|tw|jp|kr|th|vn|id|my|sg|ph|la|mm|za|ng|ke|gh|tz|ug|mx|br|ar|cl|pe|ec|bo|uy|ve|tk|ml|ga|cf|gq|pw"
)
"""Of the names of sites; what ends otherwise is as likely a file or two sentences without a space."""

ADDRESS = (
    r"(?<![A-Za-z\d@._/([<-])(?:(?:https?://|www[./])[A-Za-z\d._/?=&%#~+:-]{3,200}(?<![.:])"
    rf"|(?:[A-Za-z\d][A-Za-z\d-]{{1,40}}\.){{1,3}}(?:{ENDINGS})(?![a-z\d(_-]|\.[A-Za-z\d])(?:/[A-Za-z\d._/?=&%#~+-]{{0,80}}(?<![.]))?)"
)
HANDLE = r"(?<![A-Za-z\d._@/([<])@[A-Za-z_][A-Za-z\d_]{2,31}(?![A-Za-z\d_/(]|[.@-][A-Za-z\d])"
PHONE = (
    r"(?<![A-Za-z\d+.,/:-])(?!(?:1[5-9]|20)\d\d[ -](?:1[5-9]|20)\d\d(?!\d))"
    r"(?:\+\d[\d ()-]{6,18}\d|\(?\d{2,5}\)?(?:[ -]\d{2,5}){2,5}|\d{3,5}-\d{4,8}|\d{3,5}[ ]\d{5,8}|\d{7,12})(?![\d%€$£]|[.,:/-]\d)"
)
CODE = r"(?<![A-Za-z\d_.@/-])(?:[A-Za-z]{2,16}[_-]?\d{2,10}|[A-Za-z]{2,14}_[a-z]{2,14}\d{1,10})[A-Za-z\d_]{0,8}(?![A-Za-z\d_(]|[./@-][A-Za-z\d])"
"""Letters and two digits or more: an account of a messenger, a promotion's code; but for its place as often a model or a version."""

SITE = lazy(ADDRESS)
CONTACT = lazy(rf"{ADDRESS}|{HANDLE}|{PHONE}|{CODE}")
MAY_BE = lazy(r"[\d@]|[A-Za-z\d]\.[A-Za-z]")
"""What any of them holds."""
STRICT = lazy(rf"{ADDRESS}|{PHONE}")
"""What before an ad is no model or version, and nobody who is spoken of."""
AFTER = lazy(rf"[ ]?(?:[:：][ ]?)?(?:{ADDRESS}|{HANDLE}|{PHONE}|{CODE})")
"""A contact directly behind a string."""
SCHEME = lazy(r"^(?:https?://)?(?:www[./])?")
REACH = 60
"""So far before a string its contact may begin."""
LONGEST = 400
"""In a longer text contacts say nothing about it."""


def contacts(text: str) -> list[Span]:
    """Where contacts stand in a short text, in order and apart; none in one of more than LONGEST code points."""
    if len(text) > LONGEST or not MAY_BE.search(text):
        return []
    return [Span(*match.span()) for match in CONTACT.finditer(text)]


def sort_of(contact: str) -> str:
    """Whether a contact is a `handle`, a `phone` number, the address of a `site`, or a `code`."""
    if contact[0] == "@":
        return "handle"
    if not any("a" <= sign <= "z" for sign in contact.lower()):
        return "phone"
    return "site" if "." in contact or "/" in contact else "code"


@cache
def site_words() -> frozenset[str]:
    """The words of `site_words.txt`: what in the name of a site speaks of a trade that spam sells."""
    lines = Path(__file__).with_name("site_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def site_name(address: str) -> str:
    """The letters of a site's name, small, without what it ends with."""
    host = SCHEME.sub("", address.lower()).split("/", 1)[0]
    return "".join(sign for sign in host.rsplit(".", 1)[0] if "a" <= sign <= "z")


def behind(text: str, at: int, end: int) -> int | None:
    """Where a contact that stands directly behind `at` ends, no further than `end`; None where there is none."""
    match = AFTER.match(text, at, end) if at < end else None
    return match.end() if match else None


def before(text: str, start: int, at: int) -> int | None:
    """Where a contact that stands directly before `at` begins, no further back than `start`; None where there is none, or a code or handle."""
    edge = at - (at > start and text[at - 1] == " ")
    near = max(start, edge - REACH)
    if edge <= near or not (text[edge - 1].isascii() and text[edge - 1].isalnum()):
        return None
    found = [match.start() for match in STRICT.finditer(text, near, edge) if match.end() == edge]
    return found[0] if found else None
