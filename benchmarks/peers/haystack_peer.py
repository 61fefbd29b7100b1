"""Haystack: an in-memory store, searched by BM25 and by vectors, joined by reciprocal rank."""

from __future__ import annotations

from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.desk import HITS, Question, Search, Text, serve


def build(texts: list[Text], model: str, folder: Path) -> int:
    """Split, embed and write the store to disk."""
    documents = [
        Document(content=text.text, meta={"source": text.source, "talk": text.talk}) for text in texts
    ]
    splitter = DocumentSplitter(split_by="word", split_length=200, split_overlap=20)
    splitter.warm_up()
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    pieces = embedder.run(splitter.run(documents)["documents"])["documents"]
    store = InMemoryDocumentStore()
    store.write_documents(pieces)
    store.save_to_disk(str(folder / "haystack.json"))
    return len(pieces)


def load(model: str, folder: Path) -> Search:
    """Read the store and connect the pipeline."""
    store = InMemoryDocumentStore.load_from_disk(str(folder / "haystack.json"))
    pipeline = Pipeline()
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=HITS))
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=HITS))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=HITS))
    pipeline.connect("embedder.embedding", "vectors.query_embedding")
    pipeline.connect("words", "joiner")
    pipeline.connect("vectors", "joiner")
    pipeline.warm_up()

    def search(question: Question) -> list[Text]:
        found = pipeline.run({"words": {"query": question.joined}, "embedder": {"text": question.joined}})
        return [
            Text(hit.content, hit.meta["source"], hit.meta["talk"]) for hit in found["joiner"]["documents"]
        ]

    return search


if __name__ == "__main__":
    serve("haystack-ai", build, load)
