"""Fails when an installed package can run code at every start of Python.

A top-level `.pth` file (or `sitecustomize.py`) runs before any program does and without being imported; that
is how two releases of litellm stole credentials in 2026. Known files are listed with what they may contain.
"""

import re
import sys
import sysconfig
from pathlib import Path

PATHS_ONLY = re.compile(r"(?!import\s)[^\n]*\n?")
SETUPTOOLS = re.compile(
    r"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; "
    r"enabled = os\.environ\.get\(var, '(local|stdlib)'\) == 'local'; "
    r"enabled and __import__\('_distutils_hack'\)(\.add_shim\(\))?;\s*"
)
KNOWN = {
    "_editable_impl_evenhand.pth": PATHS_ONLY,  # our own editable installation: the path of src, no code
    "distutils-precedence.pth": SETUPTOOLS,  # setuptools, which Python 3.11 puts into every new environment
}
AT_START = ("sitecustomize*", "usercustomize*", "*.pth")


def main() -> int:
    """Checks the environment of the running Python; returns 1 when something unknown runs at start."""
    sites = sorted({Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))})
    unknown = [path for site in sites for path in unknown_startup_files(site)]
    for path in unknown:
        print(f"{path} runs at every start of Python and is not known. Find out which package brought it.")
    print(f"{len(unknown)} unknown startup files in {', '.join(map(str, sites))}")
    return 1 if unknown else 0


def unknown_startup_files(site: Path) -> list[Path]:
    """Lists the startup files in `site` that are not known or do not contain what is known of them."""
    found = {path for pattern in AT_START for path in site.glob(pattern)}
    return sorted(path for path in found if not is_known(path))


def is_known(path: Path) -> bool:
    """Says whether name and content are those of a startup file that may be there."""
    known = KNOWN.get(path.name)
    return bool(known and known.fullmatch(path.read_text(encoding="utf-8", errors="replace")))


if __name__ == "__main__":
    sys.exit(main())
