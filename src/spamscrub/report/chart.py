"""The picture of an evaluation: precision against recall, and predicted against observed, as one SVG file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import floor, hypot
from typing import NamedTuple

from spamscrub.evaluation import Bin, Evaluation, rates

WIDTH, HEIGHT = 980, 500
SIZE = 350
"""Width and height of one diagram."""
TOP = 70
LEFT, RIGHT = 80, 570
"""Where the two diagrams begin."""
LOWEST = (0.98, 0.95, 0.9, 0.8, 0.6, 0.0)
"""Where an axis may begin; it ends at 1."""
APART = 34
"""So many units lie between two thresholds that are written beside the curve."""
STYLE = """text{font:13px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#333}
.title{font-size:16px;font-weight:600;fill:#111}.small{font-size:11px;fill:#666}.chosen{fill:#b3440b;font-weight:600}
.grid{stroke:#e3e3e3}.frame{fill:none;stroke:#999}.even{stroke:#999;stroke-dasharray:5 4}
.line{fill:none;stroke:#1c5d99;stroke-width:2}.dot{fill:#1c5d99}.dot.chosen{fill:#b3440b}"""


class Point(NamedTuple):
    """What cutting from a score on gives."""

    remove_at: float
    recall: float
    precision: float


class Frame(NamedTuple):
    """A square diagram: where it begins, and the lowest value of each axis."""

    left: int
    lowest_x: float = 0.0
    lowest_y: float = 0.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a pair of values."""
        across = (x - self.lowest_x) / (1 - self.lowest_x)
        up = (y - self.lowest_y) / (1 - self.lowest_y)
        return self.left + SIZE * across, TOP + SIZE * (1 - up)


def chart(evaluation: Evaluation) -> str:
    """The precision-recall and the calibration curve of an evaluation with evidence, as the text of an SVG file."""
    points = [Point(at, r["R"], r["P"]) for at, r in _figures(evaluation) if r["R"] is not None and r["P"] is not None]
    chosen = evaluation.policy.remove_at if evaluation.policy else 0.0
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
            "<title>Precision against recall, and predicted probability against observed share</title>",
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *_precision_recall(points, chosen),
            *_calibration(evaluation.bins, evaluation.calibration_error),
            "</svg>\n",
        ]
    )


def _figures(evaluation: Evaluation) -> Iterator[tuple[float, dict[str, float | None]]]:
    return ((at, rates(counts)) for at, counts in sorted(evaluation.thresholds.items()))


def _precision_recall(points: Sequence[Point], chosen: float) -> Iterator[str]:
    frame = Frame(LEFT, _lowest(p.recall for p in points), _lowest(p.precision for p in points))
    yield from _axes(frame, "Precision and recall by threshold", "recall: share of injected characters that went", "precision")
    if not points:
        yield _text(LEFT + SIZE / 2, TOP + SIZE / 2, "no candidates", "middle")
        return
    yield _line(frame.at(p.recall, p.precision) for p in points)
    own = next((p for p in points if p.remove_at == chosen), points[0])
    yield from (_dot(*frame.at(p.recall, p.precision), 2.5) for p in points if p != own)
    yield _dot(*frame.at(own.recall, own.precision), 6, "dot chosen")
    yield from _thresholds(frame, points, own)
    yield _text(LEFT, TOP + SIZE + 62, "Numbers at the curve: the score from which on findings are cut.", css="small")


def _thresholds(frame: Frame, points: Sequence[Point], own: Point) -> Iterator[str]:
    """The chosen threshold, and whole ones where there is room."""
    taken = [frame.at(own.recall, own.precision)]
    yield _label(taken[0], f"{own.remove_at:g}", "chosen")
    for point in points:
        place = frame.at(point.recall, point.precision)
        if point.remove_at == floor(point.remove_at) and all(hypot(place[0] - x, place[1] - y) > APART for x, y in taken):
            taken.append(place)
            yield _label(place, f"{point.remove_at:g}", "small")


def _label(place: tuple[float, float], text: str, css: str) -> str:
    """A number below and left of a point, where the curve leaves room."""
    return _text(max(place[0] - 8, LEFT + APART), place[1] + 17, text, "end", css)


def _calibration(bins: Sequence[Bin], error: float | None) -> Iterator[str]:
    frame = Frame(RIGHT)
    title = "Calibration" if error is None else f"Calibration (off by {error:.3f} on average)"
    yield from _axes(frame, title, "predicted probability 1/(1+exp(-score))", "observed share of spam")
    (x1, y1), (x2, y2) = frame.at(0, 0), frame.at(1, 1)
    yield f'<line class="even" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
    filled = [one for one in bins if one.candidates]
    yield _line(frame.at(one.mean, one.observed) for one in filled)
    yield from (_dot(*frame.at(one.mean, one.observed), 5) for one in filled)
    for number, one in enumerate(bins):
        yield _text(RIGHT + SIZE * (number + 0.5) / len(bins), TOP + SIZE + 62, _short(one.candidates), "middle", "small")
    yield _text(RIGHT, TOP + SIZE + 78, "Candidates in each tenth; on the dashed line predictions are right.", css="small")


def _axes(frame: Frame, title: str, below: str, beside: str) -> Iterator[str]:
    right, bottom = frame.left + SIZE, TOP + SIZE
    yield _text(frame.left, TOP - 22, title, css="title")
    for step in range(6):
        x, y = frame.lowest_x + (1 - frame.lowest_x) * step / 5, frame.lowest_y + (1 - frame.lowest_y) * step / 5
        across, up = frame.at(x, y)
        yield f'<line class="grid" x1="{across:.1f}" y1="{TOP}" x2="{across:.1f}" y2="{bottom}"/>'
        yield f'<line class="grid" x1="{frame.left}" y1="{up:.1f}" x2="{right}" y2="{up:.1f}"/>'
        yield _text(across, bottom + 19, f"{x:.4g}", "middle")
        yield _text(frame.left - 8, up + 4, f"{y:.4g}", "end")
    yield f'<rect class="frame" x="{frame.left}" y="{TOP}" width="{SIZE}" height="{SIZE}"/>'
    yield _text(frame.left + SIZE / 2, bottom + 42, below, "middle")
    middle = TOP + SIZE / 2
    yield f'<text x="{frame.left - 50}" y="{middle}" text-anchor="middle" transform="rotate(-90 {frame.left - 50} {middle})">{beside}</text>'


def _short(number: int) -> str:
    """A number in at most five characters, for a narrow place."""
    return f"{number:,}" if number < 10_000 else f"{number / 1e3:.0f}k" if number < 1e6 else f"{number / 1e6:.0f}M"


def _lowest(values: Iterable[float]) -> float:
    """The highest beginning of an axis that shows all values."""
    least = min(values, default=0.0)
    return next(lowest for lowest in LOWEST if lowest <= least)


def _line(places: Iterable[tuple[float, float]]) -> str:
    return f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'


def _dot(x: float, y: float, radius: float, css: str = "dot") -> str:
    return f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", css: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{text}</text>'
