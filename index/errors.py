"""What can go wrong with an index, one tree.

IndexFault
├── NoBuild              nothing was published yet
├── BuildUnusable        a build is there, but cannot be trusted
│   ├── FormatMismatch   another format version
│   ├── EncoderMismatch  made with other weights than the ones at hand
│   └── BuildDamaged     a file is missing, or differs from what the manifest says
├── EncoderUnavailable   the embedding model cannot be loaded, or is not the one it claims to be
└── BuildRefused         what was handed to the writer does not fit together
"""

from __future__ import annotations


class IndexFault(Exception):  # noqa: N818  (a fault is the house's word; IndexError is Python's)
    """Base of this package's errors: one line that names the object, what was found and the way out."""


class NoBuild(IndexFault):
    """Say that no build was published in this folder."""


class BuildUnusable(IndexFault):
    """Say that a build is there, but cannot be used."""


class FormatMismatch(BuildUnusable):
    """Say that a build has a format version that this code does not read."""


class EncoderMismatch(BuildUnusable):
    """Say that a build was made with another encoder than the one at hand."""


class BuildDamaged(BuildUnusable):
    """Say that a build's file is missing or is not the one that was written."""


class EncoderUnavailable(IndexFault):
    """Say that an embedding model cannot be loaded."""


class BuildRefused(IndexFault):
    """Say that events, recaps, talks and passages handed to the writer do not fit together."""
