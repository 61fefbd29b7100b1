"""Releases that a question asks for: the passages that say one come first, and it is told where none says it of the product."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from bot.answering.evidence.evidence import DEPTH, Found, allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import is_version
from bot.answering.question.question import Question
from index.search import Filter, Query, Searcher
from index.vocabulary.words import find_phrase

_BESIDE = 1  # words beside a product and its release of a question that asks what there is about it


def release_first(found: Found, question: Question, searcher: Searcher) -> tuple[Found, bool]:
    """Return what was found with the passages first that say the release asked for, and whether a talk says it of the product.

    A passage of a talk that names the product too stands before the others. What asks for no release that the notes
    know is left as it is, and so is what asks for one thing about a release: that may stand below its heading.
    """
    versions = [noted for word in question.words if (noted := _noted(word.form, searcher))]
    names = _names(question, searcher)
    if not versions or len(question.words) - len(versions) - len(names) > _BESIDE:
        return found, True
    saying = reduce(or_, map(searcher.said.talks, versions)) & allowed_talks(
        question.scope, knowledge_of(searcher)
    )
    others = knowledge_of(searcher).aliases.others
    naming = (reduce(or_, map(searcher.said.talks, (name, *others(name)))) for name in names)
    of_product = reduce(and_, naming, saying)
    pairs = list(zip(found.hits, found.evidence, strict=True))
    held = {hit.passage.passage_id for hit, _ in pairs}
    more = searcher.search(
        Query(question.search_text, filter=Filter(talks=saying), context=question.context, k=DEPTH)
    )
    pairs += [
        (hit, evidence)
        for hit, evidence in zip(more.hits, more.evidence, strict=True)
        if hit.passage.passage_id not in held
    ]
    row = searcher.build.stored_talks.row

    def rank(text: str, talk_id: str) -> int:
        said = any(find_phrase(text, version) for version in versions)
        return 2 - said - (said and row(talk_id) in of_product)

    pairs.sort(key=lambda pair: rank(pair[0].passage.text, pair[0].passage.talk_id))
    return Found(tuple(hit for hit, _ in pairs), tuple(evidence for _, evidence in pairs)), bool(of_product)


def _noted(form: str, searcher: Searcher) -> str:
    """Return a release as the notes say it, "1.19" for "1.19.2"; empty for what is none, or none of theirs."""
    while is_version(form):
        if searcher.said.talks(form):
            return form
        form = form.rpartition(".")[0]
    return ""


def _names(question: Question, searcher: Searcher) -> list[str]:
    """Return the names of the question that the notes know by any name, without releases."""
    knowledge = knowledge_of(searcher)
    return [
        word.text
        for word in question.words
        if word.known
        and not is_version(word.form)
        and (word.name_like or knowledge.aliases.others(word.text) or knowledge.is_name(word.form))
    ]
