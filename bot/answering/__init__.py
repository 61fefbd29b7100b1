"""Answers to questions on conference notes: one `answer()` behind every surface."""

from bot.answering.answer import MAX_QUESTION_CHARS, answer, prepare
from bot.answering.models import Answer, Quote, Understood

__all__ = ["MAX_QUESTION_CHARS", "Answer", "Quote", "Understood", "answer", "prepare"]
