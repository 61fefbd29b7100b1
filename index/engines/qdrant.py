"""Qdrant as the engine: one collection a build, one request a question.

A point is a passage and its id the passage's row. It holds the passage's vector, its words as a sparse
vector, and the row of its talk for limits; no text. The sparse vector is BM25 taken apart: a component a
stem, its value what the stem adds to the passage's score, by the document frequencies of the whole build.
So the product with a question's stems is the score that tantivy gives, however many shards there are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from index.build.contents import lexical_row
from index.build.reader import Build
from index.build.talk_table import TalkSet
from index.engines.proposals import RARE_AT_MOST, Proposals, Wanted
from index.errors import EngineUnavailable
from index.ranking.fusion import idf
from index.ranking.lexical import BOOSTS, CONTEXT_BOOST, LexicalRow

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

_DENSE, _WORDS, _TALK = "dense", "words", "talk"
_SATURATION, _LENGTH = 1.2, 0.75  # k1 and b of BM25, as tantivy has them
_AT_ONCE = 256  # points in a request
_TIMEOUT_S = 10
_LOOKED_AT = 4  # times as many neighbours are looked at in the graph as are wanted, at least
_LEAST_LOOKED_AT = 256


class Qdrant:
    """A server with the collections of one index folder: `NAME-BUILD`, and the alias `NAME` for the live build's."""

    def __init__(self, client: QdrantClient, name: str, place: str) -> None:
        self._client = client
        self._name = name
        self.place = place  # as errors name it

    @classmethod
    def at(cls, url: str | None, api_key: str | None, name: str) -> Qdrant:
        """Name a server; nothing is asked of it yet.

        Raises:
            EngineUnavailable: there is no address, or none of a web server, or the package is not installed.
        """
        if not url:
            raise EngineUnavailable(
                "Cannot use Qdrant: its address is not known. Set CONFNOTES_QDRANT_URL, or CONFNOTES_ENGINE=local."
            )
        if not _is_address(url):  # not shown: it may hold a password
            raise EngineUnavailable(
                "Cannot use Qdrant: CONFNOTES_QDRANT_URL is not an address such as https://qdrant.example.org:6333. "
                "A key goes into CONFNOTES_QDRANT_API_KEY."
            )
        try:
            from qdrant_client import QdrantClient
        except ImportError:
            raise EngineUnavailable(
                "Cannot use Qdrant: the package qdrant-client is not installed. Install it with "
                "`pip install 'confnotes[qdrant]'`."
            ) from None
        # Without a port in the address the client would take 6333, also where a proxy listens on 443.
        client = QdrantClient(
            url=url, port=None, api_key=api_key, timeout=_TIMEOUT_S, check_compatibility=False
        )
        return cls(client, name, url)

    def engine(self, build: Build) -> QdrantEngine:
        """Return what searches a build.

        Raises:
            EngineUnavailable: the server cannot be asked, or does not hold the whole build.
        """
        if not self._holds(build):
            raise EngineUnavailable(
                f"Cannot search: Qdrant at {self.place} does not hold the whole build {build.build_id}. "
                "Run `confnotes ingest` with the same CONFNOTES_QDRANT_ settings."
            )
        return QdrantEngine(self, build)

    def write(self, build: Build) -> None:
        """Write a build's collection; one that is whole stays as it is.

        Raises:
            EngineUnavailable: the server cannot be reached, or refused.
        """
        if self._holds(build):
            return
        from qdrant_client import models

        collection = self.collection(build.build_id)
        with self.asked() as client:
            client.delete_collection(collection)
            client.create_collection(
                collection,
                vectors_config={
                    _DENSE: models.VectorParams(
                        size=build.dense.dim,
                        distance=models.Distance.DOT,
                        datatype=models.Datatype.FLOAT16,
                    )
                },
                sparse_vectors_config={_WORDS: models.SparseVectorParams()},
            )
            # Before the points, so that the graph is made for limits too.
            client.create_payload_index(collection, _TALK, models.PayloadSchemaType.INTEGER)
            client.upload_points(collection, _points(build), batch_size=_AT_ONCE, wait=True)

    def keep(self, live: str, others: Collection[str]) -> None:
        """Let the alias name the live build's collection, and remove the collections of builds that are gone.

        Raises:
            EngineUnavailable: the server cannot be reached, or refused.
        """
        from qdrant_client import models

        kept = {self.collection(build_id) for build_id in (live, *others)}
        mirror = re.compile(self.collection(r"\d{8}T\d{6}Z-[0-9a-f]{6}"))  # not those of a longer name
        with self.asked() as client:
            client.update_collection_aliases(
                [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(
                            collection_name=self.collection(live), alias_name=self._name
                        )
                    )
                ]
            )
            for one in client.get_collections().collections:
                if one.name not in kept and mirror.fullmatch(one.name):
                    client.delete_collection(one.name)

    def collection(self, build_id: str) -> str:
        """Return the name of a build's collection."""
        return f"{self._name}-{build_id}"

    @contextmanager
    def asked(self) -> Iterator[QdrantClient]:
        """Lend the client; what goes wrong is one line."""
        from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

        try:
            yield self._client
        except UnexpectedResponse as error:
            raise EngineUnavailable(
                f"Cannot use Qdrant at {self.place}: it answered {error.status_code} {error.reason_phrase}. "
                "Check its log, CONFNOTES_QDRANT_API_KEY and CONFNOTES_QDRANT_URL."
            ) from error
        except ApiException as error:
            raise EngineUnavailable(
                f"Cannot use Qdrant at {self.place}: it cannot be reached. Check that it runs, and CONFNOTES_QDRANT_URL."
            ) from error

    def _holds(self, build: Build) -> bool:
        collection = self.collection(build.build_id)
        with self.asked() as client:
            return client.collection_exists(collection) and (
                client.count(collection, exact=True).count == len(build.passages)
            )


class QdrantEngine:
    """Searches a build in its collection."""

    def __init__(self, server: Qdrant, build: Build) -> None:
        self._server = server
        self._lexical = build.lexical
        self._collection = server.collection(build.build_id)

    def propose(self, wanted: Wanted) -> Proposals:
        """Return the best rows by words and by vector, and those with a rare word, by one request.

        Raises:
            EngineUnavailable: the server cannot be reached, or refused.
        """
        from qdrant_client import models

        stems = self._lexical.terms(wanted.text)
        before = dict.fromkeys(self._lexical.terms(wanted.context), CONTEXT_BOOST)
        rare = self._lexical.rare_terms(f"{wanted.context} {wanted.text}", RARE_AT_MOST)
        limit = _limit(wanted.talks)
        looked_at = max(_LEAST_LOOKED_AT, _LOOKED_AT * wanted.depth)
        requests = [
            models.QueryRequest(
                query=wanted.vector.tolist(),
                using=_DENSE,
                filter=limit,
                limit=wanted.depth,
                params=models.SearchParams(hnsw_ef=looked_at),
            )
        ]
        for shares, most in (
            ({**before, **dict.fromkeys(stems, 1.0)}, wanted.depth),
            (dict.fromkeys(rare, 1.0), RARE_AT_MOST * len(rare)),
        ):
            if shares:
                requests.append(
                    models.QueryRequest(query=_sparse(shares), using=_WORDS, filter=limit, limit=most)
                )
        with self._server.asked() as client:
            answers = client.query_batch_points(self._collection, requests)
        found = [_by_score(answer.points) for answer in answers]
        nothing = _by_score([])
        dense, lexical, named = (*found, nothing, nothing)[:3]
        return Proposals(*lexical, dense[0], named[0])


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _by_score(
    points: list[models.ScoredPoint],
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """Return rows, best first, ties by row, and their scores."""
    rows = np.array([point.id for point in points], dtype=np.int64)
    scores = np.array([point.score for point in points], dtype=np.float32)
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def _limit(talks: TalkSet | None) -> models.Filter | None:
    """Return a filter of talks, named by the shorter list of those that are meant and those that are not."""
    from qdrant_client import models

    if talks is None or talks.everything:
        return None
    meant, others = talks.rows.tolist(), np.flatnonzero(~talks.mask).tolist()
    shorter = models.FieldCondition(key=_TALK, match=models.MatchAny(any=min(meant, others, key=len)))
    return models.Filter(must=[shorter]) if len(meant) <= len(others) else models.Filter(must_not=[shorter])


def _sparse(values: Mapping[str, float]) -> models.SparseVector:
    """Return a sparse vector; a stem's component is a hash of it."""
    from qdrant_client import models

    summed: defaultdict[int, float] = defaultdict(float)
    for stem, value in values.items():
        summed[int.from_bytes(blake2b(stem.encode(), digest_size=4).digest(), "big")] += value
    return models.SparseVector(indices=list(summed), values=list(summed.values()))


def _points(build: Build) -> Iterator[models.PointStruct]:
    """Yield a build's passages as points, in order."""
    from qdrant_client import models

    n_passages = len(build.passages)
    lengths: Counter[str] = Counter()
    for content in _contents(build):
        lengths.update({field: len(stems) for field, stems in build.lexical.stems_of(content).items()})
    means = {field: lengths[field] / n_passages for field in BOOSTS}
    for row, content in enumerate(_contents(build)):
        yield models.PointStruct(
            id=row,
            vector={
                _DENSE: build.dense.vectors(np.array([row]))[0].tolist(),
                _WORDS: _sparse(_shares(build, build.lexical.stems_of(content), means)),
            },
            payload={_TALK: content.talk_row},
        )


def _contents(build: Build) -> Iterator[LexicalRow]:
    for passage, talk_row in zip(build.passages, build.table.talk_of_row.tolist(), strict=True):
        yield lexical_row(passage, *build.around(passage), talk_row)


def _shares(
    build: Build, fields: Mapping[str, list[str]], mean_lengths: Mapping[str, float]
) -> Mapping[str, float]:
    """Return what each stem of a passage adds to its BM25, over all fields with their boosts."""
    shares: defaultdict[str, float] = defaultdict(float)
    for field, stems in fields.items():
        norm = 1 - _LENGTH + _LENGTH * len(stems) / (mean_lengths[field] or 1)
        for stem, count in Counter(stems).items():
            rarity = idf(build.lexical.field_freq(field, stem), len(build.passages))
            shares[stem] += BOOSTS[field] * rarity * (1 + _SATURATION) * count / (count + _SATURATION * norm)
    return shares
