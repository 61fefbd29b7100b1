"""What can go wrong with an index, one tree.

IndexFault
├── NoBuild              nothing was published yet
├── BuildUnusable        a build is there, but cannot be trusted
│   ├── FormatMismatch   another format version
│   ├── EncoderMismatch  made with other weights than the ones at hand
│   └── BuildDamaged     a file is missing, or differs from what the manifest says
├── StoreUnusable        the object store that builds travel by cannot be used, or holds what cannot be trusted
│   └── OthersPublished  another job published there since this one looked
├── ShardsUnusable       shards that a build is to be made of are missing, damaged, or of something else
├── EncoderUnavailable   the embedding model cannot be loaded, or is not the one it claims to be
├── EngineUnavailable    the search engine that the settings name cannot be asked
├── ReaderUnavailable    the network that reads the best passages cannot be loaded
└── BuildRefused         what was handed to the writer does not fit together
"""

from __future__ import annotations


class IndexFault(Exception):  # noqa: N818  (a fault is the house's word; IndexError is Python's)
    """Base of this package's errors: one line that names the object, what was found and the way out."""


class NoBuild(IndexFault):
    """No build was published in this folder."""


class BuildUnusable(IndexFault):
    """A build is there, but cannot be used."""


class FormatMismatch(BuildUnusable):
    """A build has a format version that this code does not read."""


class EncoderMismatch(BuildUnusable):
    """A build was made with another encoder than the one at hand."""


class BuildDamaged(BuildUnusable):
    """A build's file is missing or is not the one that was written."""


class StoreUnusable(IndexFault):
    """The object store cannot be used, or what it holds cannot be trusted."""


class OthersPublished(StoreUnusable):
    """Another job published there since this one looked; its build stays."""


class ShardsUnusable(IndexFault):
    """Shards that a build is to be made of are missing, damaged, or of something else."""


class EncoderUnavailable(IndexFault):
    """An embedding model cannot be loaded."""


class EngineUnavailable(IndexFault):
    """The search engine that the settings name cannot be asked, or does not hold the build."""


class ReaderUnavailable(IndexFault):
    """Say that the network that reads the best passages cannot be loaded."""


class BuildRefused(IndexFault):
    """Events, recaps, talks and passages handed to the writer do not fit together."""
