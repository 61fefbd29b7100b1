"""The rankers alone: exact where they claim to be, filters included, ties by row."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import BuildDamaged
from index.files.arrays import load_array
from index.ranking.dense import DenseRanker, DenseWriter
from index.ranking.fusion import idf
from index.ranking.late import LateRanker, LateWriter
from index.ranking.lexical import LexicalRanker, LexicalRow, write_lexical
from index.ranking.tokens import as_unpacked, pack, packed_scale, quantise, rotate, unpack


def unit_rows(count: int, dim: int = 32, seed: int = 7) -> np.ndarray:
    """Make unit vectors."""
    vectors = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def rows(*texts: str) -> list[LexicalRow]:
    """Make lexical rows, each of a talk of its own."""
    return [LexicalRow(text, "", "", "", number) for number, text in enumerate(texts)]


def write_dense(folder: Path, vectors: np.ndarray, most_scanned: int = 10_000) -> DenseRanker:
    """Write vectors row by row and open what was written."""
    folder.mkdir(exist_ok=True)
    with (folder / "waiting").open("w+b") as waiting:
        writer = DenseWriter(waiting, vectors.shape[1])
        for vector in vectors:
            writer.add(vector)
        writer.write(folder, most_scanned)
    return DenseRanker(folder, most_scanned)


def write_late(folder: Path, passages: list[np.ndarray], packed: bool = False) -> LateRanker:
    """Write token vectors passage by passage and open what was written."""
    with LateWriter(folder, 32, packed) as writer:
        for tokens in passages:
            writer.add(writer.encode(tokens))
        writer.finish()
    return LateRanker(folder)


def test_dense_search_equals_brute_force(tmp_path: Path) -> None:
    """The best rows by inner product, filtered or not, are those that numpy finds on the stored vectors."""
    vectors = unit_rows(300)
    ranker = write_dense(tmp_path, vectors)
    stored = ranker.vectors(np.arange(300))
    allowed = np.arange(300) % 7 == 0
    for query in unit_rows(5, seed=8):
        products = stored @ query
        found, scores = ranker.search(query, 20)
        within, _ = ranker.search(query, 20, allowed)

        assert set(found) == set(np.argsort(-products)[:20])
        assert np.allclose(scores, products[found], atol=1e-5)
        assert set(within) == set(np.flatnonzero(allowed)[np.argsort(-products[allowed])[:20]])
    assert np.abs(stored - vectors).max() < 1e-3


def test_a_filter_that_keeps_little_gives_little(tmp_path: Path) -> None:
    """Fewer rows than asked for are fewer hits, none is invented, and an empty index has none."""
    some = write_dense(tmp_path / "some", unit_rows(10))
    none = write_dense(tmp_path / "none", np.zeros((0, 32), dtype=np.float32))
    allowed = np.zeros(10, dtype=bool)
    allowed[3] = True
    query = unit_rows(1)[0]

    assert list(some.search(query, 5, allowed)[0]) == [3]
    assert len(none.search(query, 5)[0]) == 0


def test_equal_vectors_tie_by_row(tmp_path: Path) -> None:
    """Rows with one vector come in their order."""
    ranker = write_dense(tmp_path, np.repeat(unit_rows(1), 6, axis=0))

    assert list(ranker.search(unit_rows(1)[0], 6)[0]) == list(range(6))


def test_codes_propose_and_flat_vectors_score(tmp_path: Path) -> None:
    """With more rows than are scanned, nearly all of the true best rows are found, with their exact scores, in order."""
    centres = unit_rows(40, seed=1)
    vectors = unit_rows(4_000, seed=2) * 0.5 + np.repeat(centres, 100, axis=0)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ranker = write_dense(tmp_path, vectors, most_scanned=1_000)
    shares = []
    for query in vectors[::400]:
        found, scores = ranker.search(query, 20)
        exact, _ = ranker.scan(query, 20)
        shares.append(len(np.intersect1d(found, exact)) / 20)

        assert np.allclose(scores, ranker.vectors(found) @ query, atol=1e-5)
        assert list(scores) == sorted(scores, reverse=True)
    assert ranker.kind == "flat fp16, PQ8x4fs"
    assert np.mean(shares) > 0.99


@pytest.mark.parametrize("kept", [3, 900, 3_000])
def test_filters_are_exact_whatever_they_keep(kept: int, tmp_path: Path) -> None:
    """Codes give no row from outside a filter, and a filter that leaves few rows is searched whole."""
    ranker = write_dense(tmp_path, unit_rows(4_000), most_scanned=1_000)
    allowed = np.random.default_rng(3).permutation(4_000) < kept
    query = unit_rows(1, seed=9)[0]
    found, _ = ranker.search(query, 50, allowed)

    assert allowed[found].all()
    if kept < 1_000:
        assert list(found) == list(ranker.scan(query, 50, allowed)[0])


@pytest.mark.parametrize(
    "content", [b"", b"no index", faiss.serialize_index(faiss.IndexFlatIP(4)).tobytes()[:-3]]
)
def test_what_is_no_dense_index_is_refused(content: bytes, tmp_path: Path) -> None:
    """A file that FAISS cannot read is named with the way out."""
    (tmp_path / "dense.faiss").write_bytes(content)

    with pytest.raises(BuildDamaged, match="confnotes ingest --full"):
        DenseRanker(tmp_path)


@settings(max_examples=40, deadline=None)
@given(counts=st.lists(st.integers(0, 5), min_size=1, max_size=8), seed=st.integers(0, 1000))
def test_similarities_equal_brute_force(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], seed: int
) -> None:
    """Each query token's best cosine per passage is the maximum over that passage's own tokens, 0 where it has none."""
    folder = tmp_path_factory.mktemp("late")
    passages = [
        unit_rows(count, seed=seed + at) if count else np.zeros((0, 32), np.float32)
        for at, count in enumerate(counts)
    ]
    ranker = write_late(folder, passages)
    query = unit_rows(3, seed=seed + 99)
    asked = np.arange(len(counts))[::-1].copy()
    found = ranker.similarities(query, asked)
    expected = np.array(
        [(passages[row] @ query.T).max(axis=0) if counts[row] else np.zeros(3) for row in asked]
    )

    read = LateRanker(folder, mapped_bytes=0).similarities(query, asked)

    assert found.shape == (len(counts), 3)
    assert np.array_equal(read, found)
    assert np.allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("dim", [384, 96, 30])
def test_two_bits_keep_what_a_question_finds(dim: int) -> None:
    """Turned and rounded to two bits, vectors keep their cosines with others on average, and their own direction at .93."""
    vectors, query = unit_rows(400, dim), unit_rows(50, dim, seed=8)
    read = unpack(pack(vectors).values) * packed_scale(dim)
    turned = as_unpacked(rotate(query))

    assert np.allclose(turned @ turned.T, query @ query.T, atol=1e-5)
    assert abs(np.mean(read @ turned.T - vectors @ query.T)) < 0.002
    assert np.mean((read * as_unpacked(rotate(vectors))).sum(axis=1) / np.linalg.norm(read, axis=1)) > 0.93


def test_packed_tokens_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Two bits a component go to disk and come back, passage by passage, also while others are being written."""
    passages = [unit_rows(count, seed=count) for count in (5, 0, 3)]
    with LateWriter(tmp_path, 32, packed=True) as writer:
        for tokens in passages:
            writer.add(writer.encode(tokens))
        again = writer.written(0)
        writer.add(again)
        assert writer.finish() == 13
    ranker = LateRanker(tmp_path)
    found = ranker.similarities(passages[0][:2], np.array([3, 1, 0]))

    assert (ranker.kind, len(ranker), ranker.n_tokens) == ("2 bits", 4, 13)
    assert [np.array_equal(ranker.stored(row).values, pack(passages[row]).values) for row in (0, 1, 2)] == [
        True
    ] * 3
    assert np.array_equal(found[0], found[2])
    assert not found[1].any()
    assert found[0].min() > 0.7


def test_rounding_keeps_a_token_within_a_hundredth() -> None:
    """Eight bits and one scale a token keep its direction: cosine above .9999."""
    vectors = unit_rows(200, dim=384)
    stored = quantise(vectors)
    read = stored.values * stored.scales[:, None].astype(np.float32)

    assert ((read * vectors).sum(axis=1) / np.linalg.norm(read, axis=1)).min() > 0.9999
    assert not quantise(np.zeros((1, 4), np.float32)).values.any()


def test_arrays_of_objects_are_never_loaded(tmp_path: Path) -> None:
    """A file that would need unpickling is refused."""
    np.save(tmp_path / "tokens.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)

    with pytest.raises(BuildDamaged, match="not an array"):
        load_array(tmp_path / "tokens.npy")


def test_words_are_found_with_their_inflections(tmp_path: Path) -> None:
    """BM25 folds inflections and case, ranks the rarer word higher, and leaves out what says neither."""
    write_lexical(
        tmp_path / "lexical", rows("Caching tables", "cached", "a table", "nothing here", "tables and tables")
    )
    ranker = LexicalRanker(tmp_path / "lexical")

    assert list(ranker.search("the cache", 10)[0]) == [1, 0]
    assert ranker.search("cache table", 10)[0][0] == 0
    assert ranker.doc_freq("Tables") == 3
    assert ranker.doc_freq("the") is None
    assert len(ranker.search("the of", 10)[0]) == 0


@pytest.mark.parametrize(
    ("notes", "asked"),
    [
        ("new in 1.19", "what is new in v1.19?"),
        ("released v1.19.2", "1.19"),
        ("StatefulSets", "stateful set"),
        ("PodTopologySpread", "topology"),
        ("kube-proxy", "kubeproxy"),
        ("kubeproxy", "kube-proxy"),
        ("kubeproxy", "kube proxy"),
        ("by e-mail", "email"),
        ("CVE-2019-5736", "cve 2019-5736"),
        ("KEP-753", "kep753"),
        ("--max-node-provision-time", "max node provision time"),
        ("written in C++", "c++"),
        ("on .NET", ".net"),
        ("Node.js", "nodejs"),
        ("集群的日志", "日志"),
        ("K3s", "k3s"),
        ("in Go", "go"),
        ("in R", "R"),
    ],
)
def test_names_are_found_in_each_spelling(notes: str, asked: str, tmp_path: Path) -> None:
    """A version, a flag, an object or a compound is found as people type it, before rows that only look alike."""
    others = ["new in 1.18 and 19 others", "K3 and K8s", "written in C", "net balances by mail", "集合日记"]
    write_lexical(tmp_path / "lexical", rows(*others, notes))

    assert LexicalRanker(tmp_path / "lexical").search(asked, 10)[0][0] == len(others)


def test_what_a_heading_says_its_passages_say(tmp_path: Path) -> None:
    """A passage is found by the words of the headings above it."""
    write_lexical(
        tmp_path / "lexical",
        [LexicalRow("other", "", "", "", 0), LexicalRow("text", "", "", "", 0, headings="Gotchas\nQuays")],
    )

    assert list(LexicalRanker(tmp_path / "lexical").search("quay gotchas", 5)[0]) == [1]


def test_titles_and_speakers_are_searched(tmp_path: Path) -> None:
    """Words of a talk's title, its speakers and its event find its passages."""
    write_lexical(
        tmp_path / "lexical",
        [LexicalRow("text", "Quays", "Ann Bee", "Harbour 2024", 0), LexicalRow("other", "", "", "", 1)],
    )
    ranker = LexicalRanker(tmp_path / "lexical")

    assert all(list(ranker.search(word, 5)[0]) == [0] for word in ("quay", "bee", "2024"))
    assert list(ranker.search("quay other", 5, talk_rows=[1])[0]) == [1]


def test_a_limit_of_many_rows_leaves_the_best_of_them(tmp_path: Path) -> None:
    """Limited to rows instead of talks, the same rows come in the same order, however few of the best are among them."""
    write_lexical(tmp_path / "lexical", rows(*(f"cache {'table ' * (number % 7)}" for number in range(300))))
    ranker = LexicalRanker(tmp_path / "lexical")
    for talks in (range(0, 300, 2), range(280, 300), [299], []):
        allowed = np.isin(np.arange(300), list(talks))
        by_rows, by_talks = (
            ranker.search("cache table", 20, allowed=allowed),
            ranker.search("cache table", 20, talk_rows=list(talks)),
        )

        assert list(by_rows[0]) == list(by_talks[0])
        assert np.allclose(by_rows[1], by_talks[1])


def test_rare_words_bring_all_their_rows(tmp_path: Path) -> None:
    """A word that few rows hold brings them all, a word that many hold none."""
    write_lexical(tmp_path / "lexical", rows(*["common words"] * 30, "common rarity", "rarity"))

    assert sorted(LexicalRanker(tmp_path / "lexical").search_rare("common rarity", 5)) == [30, 31]


def test_a_build_is_read_without_writing_into_it(tmp_path: Path) -> None:
    """Opening leaves no lock behind, and a folder that is no index is refused."""
    write_lexical(tmp_path / "lexical", rows("one"))
    before = sorted(path.name for path in (tmp_path / "lexical").iterdir())
    LexicalRanker(tmp_path / "lexical")

    assert sorted(path.name for path in (tmp_path / "lexical").iterdir()) == before
    (tmp_path / "lexical" / "meta.json").write_text("{}")
    with pytest.raises(BuildDamaged, match="tantivy does not read it"):
        LexicalRanker(tmp_path / "lexical")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_rarer_words_weigh_more(doc_freq: int, more: int) -> None:
    """The inverse document frequency is positive and falls as more passages hold a word."""
    total = doc_freq + more

    assert idf(doc_freq, total) > 0
    assert idf(doc_freq, total) >= idf(total, total)
