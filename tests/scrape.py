"""Reads metrics as Prometheus does: over HTTP, by prometheus_client's own parser."""

from __future__ import annotations

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families


class Scrape:
    """What one look at /metrics showed."""

    def __init__(self, address: str) -> None:
        reply = httpx.get(f"{address}/metrics")
        assert reply.status_code == 200
        self.text = reply.text
        self.families: dict[str, Metric] = {
            family.name: family for family in text_string_to_metric_families(reply.text)
        }

    def value(self, sample: str, **labels: str) -> float:
        """Return the sum of the samples of a name that have these labels, 0 where there are none."""
        return sum(
            one.value
            for family in self.families.values()
            for one in family.samples
            if one.name == sample and labels.items() <= one.labels.items()
        )

    def names(self) -> set[str]:
        """Return the names of all samples, and those that a family has before its first sample."""
        found = {sample.name for family in self.families.values() for sample in family.samples}
        for family in self.families.values():
            ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
            found |= {f"{family.name}{end}" for end in ends}
        return found
