"""List the licences of everything that an installation consists of, and refuse those that do not go with ours.

usage: python deploy/licences.py > docs/licences.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-replicated.lock")
# Whoever passes on Apache-2.0 software may combine it with these; MPL and LGPL bind what is changed in the library itself,
# which stays a package of its own.
ACCEPTED = frozenset(
    [
        *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only"),
        *("MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"),
    ]
)
EXCEPTIONS = frozenset({"GCC-exception-3.1", "Classpath-exception-2.0"})
# What packages call their licences where they give no SPDX expression.
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# Their metadata says nothing; read in the licence file that they bring.
READ = {"pyromark": "MIT"}
HEAD = """# Licences

What an installation consists of, and under which licence: made by `make licences`, compared with the installed packages by a test.
The program itself is under Apache-2.0, see [LICENSE](../LICENSE).

## Inside the package

| what | licence |
|---|---|
| code, notes, documents, the encoder's adapter | Apache-2.0 |
| lists of words, `bot/answering/language/words/*.txt.gz`, from wordfreq by Robyn Speer | CC-BY-SA-4.0 |
| weights of all-MiniLM-L6-v2, which the wheel and the image carry in eight bits with the adapter added | Apache-2.0 |

## What is installed beside it

Packages of `requirements.lock`, and, where *replicated* stands, of `requirements-replicated.lock` only, on Linux. Versions and digests
stand there; `make sbom` writes what the wheel brings as CycloneDX.

| package | licence | |
|---|---|---|"""


def names(lock: str) -> set[str]:
    """Return the packages of a lock that are for this system."""
    lines = re.findall(
        r"^([A-Za-z0-9._-]+)==\S+(?: ; ([^\\\n]+))?", (ROOT / lock).read_text("utf-8"), re.MULTILINE
    )
    return {name for name, marker in lines if not marker or Marker(marker.strip()).evaluate()}


def licence(name: str) -> str:
    """Return an installed package's licence as an SPDX expression, or as it calls it; empty where it names none."""
    said = distribution(name).metadata
    classified = [
        one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License ::")
    ]
    candidates = (
        said.get("License-Expression"),
        said.get("License"),
        " AND ".join(classified),
        READ.get(name),
    )
    found = next((one for one in candidates if one and len(one) < 80), "")
    return NAMES.get(found, found)


def accepted(expression: str) -> bool:
    """Return whether an SPDX expression goes with Apache-2.0: one of its alternatives does throughout.

    Of an expression with parentheses every part has to: none of ours has needed more.
    """
    alternatives = [expression] if "(" in expression else re.split(r"\bOR\b", expression)
    return any(
        all(_accepted(one.strip(" ()")) for one in re.split(r"\b(?:AND|OR)\b", alternative))
        for alternative in alternatives
    )


def _accepted(one: str) -> bool:
    name, _, exception = (part.strip() for part in one.partition(" WITH "))
    return name in ACCEPTED or exception in EXCEPTIONS


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield each package of the locks, its licence, and which installation needs it.

    Raises:
        ValueError: A licence is unknown or does not go with ours.
    """
    base = names(LOCKS[0])
    for name in sorted(base | names(LOCKS[1])):
        found = licence(name)
        if not accepted(found):
            raise ValueError(
                f"{name} is under {found or 'no licence that it names'!r}: read it, then ACCEPTED or another package."
            )
        yield name, found, "" if name in base else "replicated"


def page() -> str:
    """Return the document."""
    return "\n".join([HEAD, *(f"| {' | '.join(row)} |" for row in rows())]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
