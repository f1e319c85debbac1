"""The native road of judging. Where it cannot be compiled spamscrub is installed without it, and judges in Python."""

import os
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

NATIVE = Path("src/spamscrub/_native")
FLAGS = ["/std:c++17", "/O2", "/utf-8"] if sys.platform == "win32" else ["-std=c++17", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-g0"]
"""No contraction of floating-point operations: scores are the same on every machine."""


class SideBySide(build_ext):
    """Compiles as many files at once as there are processors."""

    def build_extensions(self):
        compile_some = self.compiler.compile

        def compile_each(sources, *args, **options):
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                return [made for objects in pool.map(lambda source: compile_some([source], *args, **options), sources) for made in objects]

        self.compiler.compile = compile_each
        super().build_extensions()


def build_name():
    """A name for what is compiled, and for which Python: tables that one build has made are of no use to another."""
    sources = [path.read_bytes() for path in sorted(NATIVE.iterdir()) if path.is_file()]
    surroundings = f"{FLAGS} {sysconfig.get_platform()} {sys.version}"
    return "b" + blake2b(b"\0".join([*sources, surroundings.encode()]), digest_size=12).hexdigest()


needed = os.environ.get("SPAMSCRUB_NATIVE") == "required"  # else an installation goes on without it
fast = Extension(
    "spamscrub._fast",
    sorted(map(str, NATIVE.glob("*.cpp"))),
    depends=sorted(map(str, NATIVE.glob("*.[hi]*"))),
    language="c++",
    define_macros=[("SCRUB_BUILD", build_name())],
    extra_compile_args=FLAGS,
    optional=not needed,
)

setup(ext_modules=[fast], cmdclass={"build_ext": SideBySide})
