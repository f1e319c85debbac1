"""The native road of judging. Where it cannot be compiled spamscrub is installed without it, and judges in Python."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

SOURCES = sorted(str(path) for path in Path("src/spamscrub/_native").glob("*.cpp"))
FLAGS = ["/std:c++17", "/O2", "/utf-8"] if sys.platform == "win32" else ["-std=c++17", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-g0"]
"""No contraction of floating-point operations: scores are the same on every machine."""

needed = os.environ.get("SPAMSCRUB_NATIVE") == "required"  # else an installation goes on without it
fast = Extension("spamscrub._fast", SOURCES, language="c++", extra_compile_args=FLAGS, optional=not needed, depends=sorted(map(str, Path("src/spamscrub/_native").glob("*.[hi]*"))))

setup(ext_modules=[fast])
