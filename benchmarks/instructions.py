"""How many instructions cleaning takes, compared with what is committed: a guard against slowing down that noise cannot fool.

    python benchmarks/instructions.py            # exit 1 if a figure grew by more than the tolerance
    python benchmarks/instructions.py --write    # renew instructions.json

Three fixed sets of texts (clean English, clean Chinese, infected in every shape) are cleaned once each under callgrind, which
is told by a call of `getloadavg` where each part begins; what starting up and warming up take is a figure of its own. It needs
valgrind and takes about a minute. Counts depend on the version of Python and of the libraries, so those are noted with them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from texts import SHAPES, documents

COMMITTED = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.05
"""The share by which a count may differ before it is said; repeated runs differ by less than a hundredth."""
STARTING = 0.15
"""The same for starting, which also depends on where Python and the packages are installed, and on what else is there."""
LIBRARIES = ("regex", "ahocorasick_rs", "orjson")
PARTS = ("start", "english", "chinese", "infected")


def inputs() -> dict[str, list[str]]:
    """The texts of each part."""
    return {
        "english": documents("english", 6, seed=1),
        "chinese": documents("chinese", 6, seed=1),
        "infected": [text for shape in SHAPES for text in documents(shape, 2, share=1.0, seed=1)],
    }


def measured() -> None:
    """What runs under callgrind: everything is built and warm before the first part."""
    from spamscrub import Cleaner

    cleaner = Cleaner()
    for shape in SHAPES:
        for text in documents(shape, 2, share=0.5, seed=2):
            cleaner.clean(text)
    parts = inputs()
    for name in PARTS[1:]:
        os.getloadavg()
        for text in parts[name]:
            cleaner.clean(text)
    os.getloadavg()


def count() -> dict[str, int]:
    """Instructions of each part: of `start` as a whole, of the others for a byte of text."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "part")
        command = ["valgrind", "--tool=callgrind", "--dump-before=getloadavg", f"--callgrind-out-file={out}", sys.executable, __file__, "--measured"]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0", "SPAMSCRUB_CACHE": "off"})
        if done.returncode:
            raise SystemExit(f"instructions: callgrind ended with {done.returncode}: {done.stderr[-1000:]}")
        totals = [re.search(r"^(?:totals|summary): (\d+)", Path(f"{out}.{number}").read_text(), re.MULTILINE) for number in range(1, len(PARTS) + 1)]
    sizes = {name: sum(len(text.encode()) for text in texts) for name, texts in inputs().items()}
    return {name: round(int(total[1]) / sizes.get(name, 1)) for name, total in zip(PARTS, totals, strict=True) if total}


def surroundings() -> dict[str, str]:
    """What the counts depend on besides the code."""
    python = f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor} {platform.machine()}"
    return {"python": python} | {name: version(name) for name in LIBRARIES}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="renew instructions.json")
    parser.add_argument("--measured", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        measured()
        return 0
    if not shutil.which("valgrind"):
        print("instructions: not counted, there is no valgrind here (apt install valgrind)")
        return 0
    found = {"surroundings": surroundings(), "tolerance": TOLERANCE, "instructions": count()}
    if options.write:
        COMMITTED.write_text(json.dumps(found, indent=1) + "\n")
        print(COMMITTED.read_text())
        return 0
    return compare(json.loads(COMMITTED.read_text()), found)


def compare(known: dict[str, dict[str, int]], found: dict[str, dict[str, int]]) -> int:
    """Print each figure beside the committed one; 1 if one grew beyond the tolerance in the same surroundings."""
    slower = False
    for name, new in found["instructions"].items():
        old = known["instructions"][name]
        change = new / old - 1
        most = STARTING if name == "start" else TOLERANCE
        slower = slower or change > most
        note = "SLOWER" if change > most else "quicker: renew with --write" if change < -most else "as before"
        print(f"{name:<10} {new:>15,} {'in all' if name == 'start' else 'a byte'}, committed {old:,}: {change:+.1%} {note}")
    other = {name: what for name, what in found["surroundings"].items() if known["surroundings"].get(name) != what}
    if other:
        print(f"instructions: no verdict, the committed counts are of other versions: {known['surroundings']}, here {other}")
        return 0
    return int(slower)


if __name__ == "__main__":
    sys.exit(main())
