"""LlamaIndex: documents, its default splitter, a persisted vector store index and its retriever."""

from __future__ import annotations

from pathlib import Path

from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.peers.desk import HITS, Question, Search, Text, serve


def build(texts: list[Text], model: str, folder: Path) -> int:
    """Split, embed and persist."""
    Settings.embed_model = HuggingFaceEmbedding(model_name=model)
    stored = VectorStoreIndex.from_documents([_document(text) for text in texts])
    stored.storage_context.persist(str(folder / "llamaindex"))
    return len(stored.docstore.docs)


def _document(text: Text) -> Document:
    # By default metadata is embedded with the text; a file's name and a missing title say nothing.
    silent = ["source"] if text.talk else ["source", "talk"]
    return Document(
        text=text.text,
        metadata={"source": text.source, "talk": text.talk},
        excluded_embed_metadata_keys=silent,
    )


def load(model: str, folder: Path) -> Search:
    """Open the index."""
    Settings.embed_model = HuggingFaceEmbedding(model_name=model)
    stored = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder / "llamaindex")))
    retriever = stored.as_retriever(similarity_top_k=HITS)

    def search(question: Question) -> list[Text]:
        return [Text(hit.node.text, **hit.node.metadata) for hit in retriever.retrieve(question.joined)]

    return search


if __name__ == "__main__":
    serve("llama-index-core", build, load)
