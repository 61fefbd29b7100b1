"""LangChain: documents, the recursive splitter, a FAISS store."""

from __future__ import annotations

from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.desk import HITS, Question, Search, Text, serve


def build(texts: list[Text], model: str, folder: Path) -> int:
    """Split, embed and store."""
    documents = [Document(text.text, metadata={"source": text.source, "talk": text.talk}) for text in texts]
    pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    FAISS.from_documents(pieces, HuggingFaceEmbeddings(model_name=model)).save_local(
        str(folder / "langchain")
    )
    return len(pieces)


def load(model: str, folder: Path) -> Search:
    """Open the store, which this benchmark wrote itself."""
    store = FAISS.load_local(
        str(folder / "langchain"),
        HuggingFaceEmbeddings(model_name=model),
        allow_dangerous_deserialization=True,
    )

    def search(question: Question) -> list[Text]:
        return [
            Text(hit.page_content, **hit.metadata) for hit in store.similarity_search(question.joined, k=HITS)
        ]

    return search


if __name__ == "__main__":
    serve("langchain-community", build, load)
