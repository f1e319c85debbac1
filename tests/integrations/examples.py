"""The examples of the documentation, run as they are printed but for their paths."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def example(page: str, name: str, corpus: Path) -> str:
    """The block of `page` that stands after the comment `test: name`, with the corpus it names in a local folder."""
    text = (DOCS / page).read_text("utf-8")
    block = re.search(rf"<!-- test: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert block, f"docs/{page} has no example `{name}`"
    return re.sub(r"(hdfs:///|s3://)corpus", str(corpus), block[1])
