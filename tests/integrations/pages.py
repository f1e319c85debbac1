"""Pages for scrapers, infected and clean, and a server on the loopback interface that serves them."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HARBOUR = """<h1>What the harbour costs</h1>
<p>The ferry leaves the east bank at half past six, before the office workers come, and returns once the fog has lifted
from the second buoy. On the upper deck an old man feeds the gulls, and nobody minds that it is forbidden.</p>
{own_line}<p>The council has paid for the harbour since 1911, and every council since has promised to stop paying for it.
What the whole of it costs in a year, repairs &amp; dredging included, no one has ever been able to say.</p>
<h2>Where the money goes</h2>
<p>{prefix}- 1,200 metres of quay wall, rebuilt twice<br>- A dredger that is hired from the next town<br>- Lamps, ropes, paint and the wages of nine people</p>
<p>The pier was repaired in 2019 for the third time, and the tickets rose by ten pence. "It's the salt," says the harbour
master, who has heard the question before, "and the salt sends no invoice."</p>
{after}<p>In winter there are evenings when no boat leaves at all, and the waiting room is let to a choir.</p>
"""
BILINGUAL = """<h1>Reading room / 阅览室</h1>
<p>The reading room on the second floor is open every day except Monday, and no card is needed to sit down and read.</p>
<p>二楼的阅览室除星期一外每天开放，进来坐下看书不需要办证。</p>
<p>Newspapers from eleven cities hang by the window, and older volumes are brought up from the cellar within the hour.</p>
<p>窗边挂着十一个城市的报纸，更早的合订本一小时之内可以从地下室取来。</p>
<p>Please leave coats and umbrellas at the entrance, where a member of staff looks after them free of charge.</p>
<p>请把外套和雨伞留在入口处，工作人员会免费代为保管。</p>
"""
CASINO = "<p>online casino real money no deposit bonus free spins</p>\n"


def page(title: str, article: str, head: str = "") -> str:
    """A whole page with the furniture around its article that an extractor takes away."""
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav>
<article>{article}</article><footer><p>Printed and published in the harbour town.</p></footer></body></html>"""


def harbour(own_line: str = "", prefix: str = "", after: str = "") -> str:
    return HARBOUR.format(own_line=own_line, prefix=prefix, after=after)


DESCRIPTION = '<meta name="description" content="上海喝茶服务vx A look at the accounts &amp; the people behind them">'
PAGES = {
    "/clean": page("What the harbour costs", harbour()),
    "/bilingual": page("Reading room", BILINGUAL),
    "/prefix": page("What the harbour costs", harbour(prefix="上海喝茶服务vx "), DESCRIPTION),
    "/own-line": page("What the harbour costs", harbour(own_line="<p>爱上海龙凤论坛</p>\n")),
    "/casino": page("What the harbour costs", harbour(after=CASINO, own_line="<p>上海龙凤419杨浦</p>\n")),
}
INJECTED = {
    "/prefix": ["上海喝茶服务vx"],
    "/own-line": ["爱上海龙凤论坛"],
    "/casino": ["上海龙凤419杨浦", "online casino real money"],
}
"""What must be gone from the text of each infected page."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGES.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a server of PAGES, without a slash at its end."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
