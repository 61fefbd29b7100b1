"""The shortest script that a person would write: the model, a stored FAISS index, one question, three passages."""

import json
import sys

import faiss
from sentence_transformers import SentenceTransformer

model_folder, folder, question = sys.argv[1:]
model = SentenceTransformer(model_folder, device="cpu")
rows = faiss.read_index(folder + "/vectors.faiss").search(
    model.encode([question], normalize_embeddings=True), 3
)[1][0]
passages = json.load(open(folder + "/passages.json", encoding="utf-8"))  # noqa: SIM115, PTH123 as short as it gets
print("\n\n".join(passages[row] for row in rows))
