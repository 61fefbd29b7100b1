"""Two conferences in our own words, read by the real job, and the recaps of many shapes that ship with the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run
from tests.conftest import ROOT, made_once

PARIS = """---
title: What I saw in Paris
author: Ada Quill
---

# KubeCon EU 2024, Paris

## Day 1

### Tidal Queues in Production - Noor Haddad, Quayside

[Slides](https://slides.example.org/tidal.pdf) [Video](https://www.youtube.com/watch?v=tidalqueues)

It was the fullest room of the day.

Tidal is a message queue that keeps its log in object storage. Quayside moved forty services to it in a year.

What they gained:

- no disks to resize, the bucket grows by itself
- a broker that dies is replaced in nine seconds
- replaying a month costs two dollars

Caveats:

- an ack takes 40 ms instead of 4
- no transactions across topics
- the operator needs Kubernetes 1.27

The code is at https://github.com/quayside/tidal-operator and they look for maintainers.

### Fewer Dashboards, Please - Ilse Roth, Kelpworks

A dashboard that nobody opened for thirty days is deleted by their robot. She calls it *Sickle*.

- 1,900 dashboards became 210
- every panel has an owner
- alerts come first, panels second

### Keynote: The Quiet Platform - Bram Okoye, Quayside

A platform is quiet when nobody has to ask it anything. Bram Okoye counts questions in the help channel, not features.

## Day 2

### Sidecars Without Tears - Priya Lund, Quayside

Native sidecars start before the main container and stop after it.

- Jobs end now although a sidecar runs
- Tidal's exporter was their first one

### Sickle and Scythe: Deleting What Nobody Uses - Ilse Roth, Kelpworks

Scythe deletes namespaces; Sickle deletes dashboards. Sickle asks the owner, Scythe asks nobody.

Sickle needs a log of page views. Scythe needs the audit log and twenty days of patience.
"""
CHICAGO = """# KubeCon NA 2023, Chicago

## Day 1

### Message Queues Compared - Tomas Brandt, Fenworks

Tidal was a prototype then: it lost messages when the broker stopped.

He would wait a year before using it.

### Harbours of the North - Zita Falk, Fenworks

## Day 2

### Closing the Docks - Yaro Melnyk, Fenworks

Everybody went home with a crate of apples.
"""

LONDON = """---
title: A week at the quays
author: Ada Quill
---

# KubeCon EU 2025, London

## Day 1

### Ropes Under Load - Noor Haddad, Sprocket & Cog

A rope that carries two cranes wears out in nine weeks. Sprocket & Cog cut theirs up and count the broken strands.

Best talk of the day, and the only one that I would watch again.

### The Registry That Slept - Ilse Roth, Kelpworks

It was a long night, and far from the only one. 9 days down, and no alert fired. Now a drill runs every second Monday.

An expensive lesson, said the slide. 4,000 euros went into the restore, and a marriage.

### Winches for Everyone - Bram Okoye, Gannet Labs

Gannet Labs rents out winches by the hour.

It was a disappointing talk, half of it a sales pitch.

## Day 2

There were two talks in a row on build caches: [Warm Caches, Cold Hands](https://www.youtube.com/watch?v=warmcaches0), followed by
[A Cache for Every Dock](https://www.youtube.com/watch?v=cachefordoc). Both speakers keep layers on a disk beside the builder.

### Signals at Dusk - Priya Lund (Tern and Sons)

A signal that nobody reads is switched off after a month.

I would skip this one, the room was too loud to follow.
"""

HAMBURG = """# Rope & Anchor, Hamburg, 12-13 June 2025

## Day 1

### Knots for Beginners - Mia Berg

A bowline holds under load and comes open again by hand.

## Day 2

### Sails and Rails - Jan Holm

Rails rust, sails do not, and the harbour needs both of them.
"""
BERLIN = """# Harbour Summit 2024, Berlin, 5-6 September 2024

## Day 1

### Cranes on Call - Ina Vogt

A crane that is paged twice a night is looked at by two people in the morning.

## Day 2

### Pilots Wanted - Olaf Reik

Pilots are trained for three years before they may bring a tanker in.
"""


def build_of(recaps: Mapping[str, str], folder: Path, encoder: Encoder) -> Searcher:
    """Return a searcher of what the real job publishes from recaps, by the names of their files."""
    notes, index_dir = folder / "notes", folder / "index"
    notes.mkdir()
    for name, text in recaps.items():
        (notes / name).write_text(text, encoding="utf-8")
    run(Job(paths=(notes,), index_dir=index_dir), encoder=encoder)
    return Searcher.open(index_dir, encoder)


@pytest.fixture(scope="session")
def paris(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of the two conferences."""
    return build_of({"paris.md": PARIS, "chicago.md": CHICAGO}, tmp_path_factory.mktemp("paris"), encoder)


@pytest.fixture(scope="session")
def many_shapes(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of the recaps in many shapes and languages."""

    def made(folder: Path) -> None:
        run(Job(paths=(ROOT / "tests/corpus/recaps",), index_dir=folder), encoder=encoder)

    return Searcher.open(made_once(tmp_path_factory, "shapes", made), encoder)


@pytest.fixture(scope="session")
def london(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of one conference: two talks that share their notes, companies of two names, judgements, figures."""
    return build_of({"london.md": LONDON}, tmp_path_factory.mktemp("london"), encoder)


@pytest.fixture(scope="session")
def harbours(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of two conferences in two cities on the same weekdays, whose authors nobody names."""
    return build_of({"rope.md": HAMBURG, "anchor.md": BERLIN}, tmp_path_factory.mktemp("harbours"), encoder)


TRIESTE = """# Pontoon Days 2025, Trieste

*3-4 June 2025*

About 320 people this year, up from 150. The coffee ran out twice.

## Day 1

### Nine hundred databases, one operator - Mirela Osgood (Ternbank)

- They run 910 MySQL clusters with an operator of their own called *Cormorant*.
- A switchover takes 14 seconds at the median, down from 80 on machines.
- Snapshots go to object storage every 20 minutes.

### Wagons on a schedule - Tomas Eklund (Greywater Freight)

Two regions, 31 clusters, Flux with Kustomize. Upgrades take three weeks for a full round.

### Keys that turn - Ida Marsh (Ternbank)

- Vault stays as the store.
- rotation every 45 days, before that never

## Day 2

### Ansible on the last mile - Odile Farrow (Polecat Parcels)

- 700 playbooks. A linter runs nightly and opens tickets.
- They are moving to Salt because of the support, 120 of them done so far.

### Spot for the brave - Juno Castell (Moorhen Games)

Moorhen runs all matchmaking on spot machines, with two interruptions an hour. It saves them 1.4 million dollars a year.
"""


@pytest.fixture(scope="session")
def trieste(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of one conference whose speakers' companies stand in by-lines alone."""
    return build_of({"trieste.md": TRIESTE}, tmp_path_factory.mktemp("trieste"), encoder)
