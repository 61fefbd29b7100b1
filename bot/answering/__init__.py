"""Answers to questions on conference notes: one `answer()` behind every surface, and the same answers by command."""

from bot.answering.answer import MAX_QUESTION_CHARS, answer, prepare
from bot.answering.models import Answer, Block, Entry, Line, Quote, Source, Understood
from bot.answering.reply.help import examples, extent_text
from bot.answering.views import digest, events, find_talk, help_answer, list_talks, person_card, talk_card

__all__ = [
    "MAX_QUESTION_CHARS",
    "Answer",
    "Block",
    "Entry",
    "Line",
    "Quote",
    "Source",
    "Understood",
    "answer",
    "digest",
    "events",
    "examples",
    "extent_text",
    "find_talk",
    "help_answer",
    "list_talks",
    "person_card",
    "prepare",
    "talk_card",
]
