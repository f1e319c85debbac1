"""Contact: what the reader is to turn to, with the ad or left behind beside it, and what trade the name of a site speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from spamscrub import contacts
from spamscrub.classifiers.scene import Feature, Scene
from spamscrub.patterns import lazy

LINK = lazy(r"[hH][tT]{2}[pP][sS]?://|[wW]{3}\.")
NEAR = 2
"""So many lines above and below are looked at."""


def features(scene: Scene) -> Iterator[Feature]:
    """Addresses, handles, telephone numbers and codes in the candidate and directly beside it."""
    text = scene.text
    if scene.contacts:
        first = scene.contacts[0]
        yield Feature("contact", 1.0, f"names a contact: {text[first.start : first.end]!r}")
        if len(scene.contacts) == 1 and first.start == 0 and first.end == len(text):
            yield Feature("contact-alone", 1.0, "a contact and no more")
            if LINK.match(text) and not scene.trade_address and all(hit.role in ("contact", "part") for hit in scene.hits):
                yield Feature("plain-link", 1.0, "the address of a page, and its site's name speaks of no trade")
        if listed := _listed(scene):
            yield Feature("contact-listed", float(min(4, listed)), f"contacts of the same sort on {listed} lines near it")
    if _beside(scene):
        yield Feature("contact-beside", 1.0, "a contact directly beside it")
    if scene.trade_address:
        yield Feature("trade-address", scene.trade_address, f"{scene.trade_address:.0%} of a site's name is a word of the trade")


def _listed(scene: Scene) -> int:
    """How many of the lines around hold a contact of the sort that it begins or ends with: a list of the host's has them on each line."""
    text, page, number = scene.text, scene.page, scene.candidate.line
    sorts = {contacts.sort_of(text[span.start : span.end]) for span in scene.contacts if span.start == 0 or span.end == len(text)}
    return sum(not sorts.isdisjoint(page.contact_sorts(n)) for n in range(number - NEAR, number + NEAR + 1) if n != number) if sorts else 0


def _beside(scene: Scene) -> bool:
    """Whether a contact stands directly beside the candidate in its line."""
    whole, line, own = scene.page.document.text, scene.line, scene.candidate
    return contacts.behind(whole, own.end, line.end) is not None or contacts.before(whole, line.start, own.start) is not None
