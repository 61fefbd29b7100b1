"""Qdrant's own Rust core in this process, in as many shards as are wanted, behind the client's calls that we use.

The server hands a question to every shard and merges what they find by score; so does this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import qdrant_edge as core
from qdrant_client import models
from qdrant_client.http.models import QueryResponse

Shards = list[core.EdgeShard]


class Core:
    """Collections of one process, each a folder of shards; a point lies in the shard of its talk."""

    def __init__(self, folder: Path, shards: int) -> None:
        self._folder = folder
        self._shards = shards
        self._collections: dict[str, Shards] = {}
        self.aliases: dict[str, str] = {}

    def collection_exists(self, name: str) -> bool:
        """Tell whether a collection is there."""
        return name in self._collections

    def count(self, name: str, exact: bool) -> models.CountResult:
        """Count the points of all shards."""
        counts = (shard.count(core.CountRequest(exact=exact)) for shard in self._collections[name])
        return models.CountResult(count=sum(counts))

    def delete_collection(self, name: str) -> None:
        """Remove a collection, where it is there."""
        for shard in self._collections.pop(name, []):
            shard.close()

    def create_collection(
        self,
        name: str,
        vectors_config: dict[str, models.VectorParams],
        sparse_vectors_config: dict[str, models.SparseVectorParams],
    ) -> None:
        """Make the shards of a collection."""
        dense = {
            key: core.EdgeVectorParams(
                size=one.size, distance=core.Distance.Dot, datatype=core.VectorStorageDatatype.Float16
            )
            for key, one in vectors_config.items()
            if one.distance == models.Distance.DOT and one.datatype == models.Datatype.FLOAT16
        }
        sparse = {key: core.EdgeSparseVectorParams() for key in sparse_vectors_config}
        folders = [self._folder / name / str(at) for at in range(self._shards)]
        for folder in folders:
            folder.mkdir(parents=True)
        config = core.EdgeConfig(vectors=dense, sparse_vectors=sparse)
        self._collections[name] = [core.EdgeShard.create(str(folder), config) for folder in folders]

    def create_payload_index(self, name: str, field: str, kind: models.PayloadSchemaType) -> None:
        """Index a field in every shard."""
        assert kind == models.PayloadSchemaType.INTEGER
        for shard in self._collections[name]:
            shard.update(core.UpdateOperation.create_field_index(field, core.PayloadSchemaType.Integer))

    def upload_points(
        self, name: str, points: Iterable[models.PointStruct], batch_size: int, wait: bool
    ) -> None:
        """Write points into the shards of their talks."""
        shards = self._collections[name]
        waiting = iter(points)
        while some := list(islice(waiting, batch_size)):
            for at, shard in enumerate(shards):
                own = [
                    core.Point(
                        one.id, {key: _vector(value) for key, value in one.vector.items()}, one.payload
                    )
                    for one in some
                    if one.payload["talk"] % len(shards) == at
                ]
                if own:
                    shard.update(core.UpdateOperation.upsert_points(own))
        for shard in shards:
            shard.optimize()

    def query_batch_points(self, name: str, requests: Sequence[models.QueryRequest]) -> list[QueryResponse]:
        """Ask every shard everything, and merge the answers to each by score."""
        return [
            QueryResponse(
                points=sorted(
                    (
                        models.ScoredPoint(id=point.id, score=point.score, version=0)
                        for shard in self._collections[name]
                        for point in shard.query(_request(request))
                    ),
                    key=lambda point: -point.score,
                )[: request.limit]
            )
            for request in requests
        ]

    def update_collection_aliases(self, operations: Sequence[models.CreateAliasOperation]) -> None:
        """Let aliases name collections."""
        for one in operations:
            self.aliases[one.create_alias.alias_name] = one.create_alias.collection_name

    def get_collections(self) -> models.CollectionsResponse:
        """List the collections."""
        return models.CollectionsResponse(
            collections=[models.CollectionDescription(name=name) for name in self._collections]
        )


def _vector(value: Any) -> Any:
    return core.SparseVector(value.indices, value.values) if isinstance(value, models.SparseVector) else value


def _request(asked: models.QueryRequest) -> core.QueryRequest:
    return core.QueryRequest(
        limit=asked.limit,
        query=core.Query.Nearest(_vector(asked.query), asked.using),
        filter=_filter(asked.filter) if asked.filter else None,
        params=core.SearchParams(hnsw_ef=asked.params.hnsw_ef) if asked.params else None,
    )


def _filter(asked: models.Filter) -> core.Filter:
    def conditions(some: Sequence[models.FieldCondition] | None) -> list[core.FieldCondition] | None:
        return [core.FieldCondition(one.key, core.MatchAny(one.match.any)) for one in some] if some else None

    return core.Filter(must=conditions(asked.must), must_not=conditions(asked.must_not))
