"""Learn forms, asides and what is no question for us from their exemplars, and write `bot/answering/question/examples.npz`.

    python -m training.forms [--foreign QUESTIONS.json]

Exemplars are filled with made-up subjects, people, conferences and days; the questions of `training/pairs` stand for what people
ask of the notes, and of those clauses that are no asides. `--foreign` takes questions on other things in SQuAD's form. Printed are
figures on exemplars left out one in five times, and on the pairs of conferences left out.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.answering.form import AnswerForm
from bot.answering.language.data import read_data
from bot.answering.language.markup import plain_question
from bot.answering.language.wordlists import is_generic, is_stop, language_of
from bot.answering.question.clauses import clauses
from bot.answering.question.examples import _FLAGS_SHARE as FLAGS_SHARE
from bot.answering.question.examples import (
    ASIDES_FILE,
    FOLDER,
    FORMS_FILE,
    LEARNT_FILE,
    PERSON,
    PLACE,
    SLOT,
    SUBJECT,
    Asked,
    Examples,
    asking_words,
    digest_of_exemplars,
    mask,
    pattern_of,
    weigh_patterns,
)
from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events
from index.encoder.base import Encoder
from index.encoder.load import load_encoder
from index.vocabulary.words import words

ROOT = Path(__file__).resolve().parents[1]
FILLED = 4  # times that an exemplar is filled
OF_A_FILE = 60  # questions of a file of pairs
PAIRS_SHARE = (
    0.1  # what a pair's question counts beside an exemplar; at .02 more forms are told and more quotes lost
)
STRENGTH = 20.0
FOLDS = 5
NOT_OURS = (AnswerForm.SMALL_TALK, AnswerForm.OFF_TOPIC)
FILLERS = {
    "x": (
        "service meshes,etcd backups,tracing,Postgres,cost control,tenant isolation,Vault,rolling upgrades,the ingress controller,"
        "secrets in git,GPU sharing,canary releases,build caches,the API server,contributor burnout,Python packaging,Terraform,"
        "feature flags,node pressure,Quarkus,WebAssembly,load shedding,schema migrations,on-call rotations"
    ),
    "talk": (
        "etcd,scaling the control plane,Lanterns at Sea,cost control,policy engines,the state of service meshes,zero trust,"
        "Seven Knots of Rope,running databases on spot machines,observability,Rust in production,supply chain"
    ),
    "person": "Mira Voss,Tom Okafor,Lena Brandt,Ana Sol,Rui North",
    "company": "Acme,Globex,IBM,Initech",
    "event": "KubeCon EU 2022,SciPy 2023,Valencia,EU 2018,devopsdays,NA 2023",
    "day": "day 2,Friday,day 1,the last day,the second day",
}
_SIGNS = {"x": SUBJECT, "talk": SUBJECT, "company": SUBJECT, "person": PERSON, "event": PLACE, "day": PLACE}
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """An exemplar, or a pair's question, as the model takes it."""

    form: str
    line: str
    text: str
    asked: Asked
    whole: NDArray[np.float32]

    @property
    def inputs(self) -> NDArray[np.float32]:
        """Return the vector and flags, (dim + 4,)."""
        return np.concatenate([self.asked.vector, FLAGS_SHARE * np.array(self.asked.flags, dtype=np.float32)])


def main() -> None:
    """Learn, print how well it went, and write."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--pairs", type=Path, default=ROOT / "training" / "pairs")
    options.add_argument("--foreign", type=Path, action="append", default=[])
    arguments = options.parse_args()
    encoder = load_encoder()
    asking = asking_words(line for form, line in _lines() if form not in NOT_OURS)
    taught = [filled for form, line in _lines() for filled in _filled(form, line, encoder)]
    asked = _pairs(arguments.pairs, asking, encoder)
    asides = [encoder.encode_question(line).pooled for line in read_data(FOLDER / ASIDES_FILE)]
    said = [
        (name, encoder.encode_question(clause).pooled)
        for name, example in asked
        for clause in _ends(example.text)
    ]
    foreign = [
        encoder.encode_question(text).pooled for path in arguments.foreign for text in _squad(path)
    ]
    questions = [example for _, example in asked]
    ours = [one.whole for one in (*(one for one in taught if one.form not in NOT_OURS), *questions)]
    learnt: dict[str, Any] = {
        "asking": np.array(sorted(asking)),
        **_forms(taught, questions),
        **_told_apart("aside", asides, [vector for _, vector in said]),
        **_told_apart(
            "foreign",
            [*(one.whole for one in taught if one.form == AnswerForm.OFF_TOPIC), *foreign],
            ours,
        ),
        **_told_apart("chatty", [one.whole for one in taught if one.form == AnswerForm.SMALL_TALK], ours),
    }
    stamp = {"revision": encoder.revision, "adapter": encoder.adapter, "exemplars": digest_of_exemplars()}
    np.savez_compressed(FOLDER / LEARNT_FILE, stamp=np.array(json.dumps(stamp)), **learnt)
    print(json.dumps({"exemplars": len(dict.fromkeys(one.line for one in taught)), "pairs": len(asked)}))


def _lines() -> list[tuple[str, str]]:
    return [(form, line) for form, lines in read_data(FOLDER / FORMS_FILE).items() for line in lines]


def _draws(name: str) -> random.Random:
    """Return draws of a name's own: a line that is added changes nothing of what is drawn for the others."""
    return random.Random(name)  # noqa: S311  fills exemplars, keeps no secret


def _filled(form: str, line: str, encoder: Encoder) -> Iterable[Example]:
    """Yield an exemplar with its slots filled, some times over."""
    slots, chosen = SLOT.findall(line), _draws(line)
    for _ in range(FILLED if slots else 1):
        text, at, spans = "", 0, []
        for match in SLOT.finditer(line):
            text += line[at : match.start()]
            put = chosen.choice(FILLERS[match[1]].split(","))
            spans.append((len(text), len(text) + len(put), _SIGNS[match[1]]))
            text, at = text + put, match.end()
        flags = (
            bool({"x", "talk", "company"} & set(slots)),
            "person" in slots,
            "event" in slots,
            "day" in slots,
        )
        yield _example((form, line), text + line[at:], spans, flags, encoder)


def _pairs(folder: Path, asking: frozenset[str], encoder: Encoder) -> list[tuple[str, Example]]:
    """Return questions of the pairs, some of each file, as such that ask for quotes."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        texts = [plain_question(row["question"]) for row in rows if not row.get("history")]
        for text in _draws(path.name).sample(texts, min(OF_A_FILE, len(texts))):
            found.append((path.name, _question(text, asking, encoder)))
    return found


def _question(text: str, asking: frozenset[str], encoder: Encoder) -> Example:
    """Return a question without notes to know it by: what is neither grammar nor about talks as such is its subject."""
    events = [span for mention in parse_events(text) for span in mention.spans]
    days = [mention.span for mention in parse_days(text)]
    language = language_of(text)
    subjects = [
        (word.start, word.end, SUBJECT)
        for word in words(text)
        if word.form not in asking
        and not (is_stop(text[word.start : word.end], language) or is_generic(text[word.start : word.end]))
    ]
    spans = [*((start, end, PLACE) for start, end in (*events, *days)), *subjects]
    return _example(
        (AnswerForm.QUOTES, text), text, spans, (bool(subjects), False, bool(events), bool(days)), encoder
    )


def _example(
    taught: tuple[str, str],
    text: str,
    spans: Sequence[tuple[int, int, str]],
    flags: tuple[bool, bool, bool, bool],
    encoder: Encoder,
) -> Example:
    form, line = taught
    tokens = encoder.encode_question(text)
    vector = mask(tokens, [(start, end) for start, end, _ in spans])
    return Example(form, line, text, Asked(pattern_of(text, spans), vector, flags), tokens.pooled)


def _ends(text: str) -> list[str]:
    """Return a question's first and last clause, or it whole."""
    found = [text[start:end] for start, end in clauses(text)]
    return [found[0], found[-1]] if len(found) > 1 else found


def _squad(path: Path, most: int = 1_000) -> list[str]:
    articles = json.loads(path.read_text(encoding="utf-8"))
    articles = articles["data"] if isinstance(articles, dict) else articles
    texts = [qa["question"] for article in articles for part in article["paragraphs"] for qa in part["qas"]]
    return _draws(path.name).sample(texts, min(most, len(texts)))


def _forms(taught: Sequence[Example], asked: Sequence[Example]) -> dict[str, NDArray[Any]]:
    ours = [one for one in taught if one.form not in NOT_OURS]
    first = list({one.line: one for one in ours}.values())
    names = sorted({one.form for one in ours})
    words_alone = Examples(
        {
            "stamp": np.array("{}"),
            "asking": np.array([], dtype=str),
            "forms": np.array(names),
            "exemplar_forms": np.array([names.index(one.form) for one in first], dtype=np.int8),
            **weigh_patterns([one.asked.pattern for one in first]),
        }
    )
    # Pairs were written to be answered by a passage; what reads like another form's exemplar teaches nothing about quotes.
    asked = [one for one in asked if words_alone.form(one.asked, by_vector=False) is AnswerForm.QUOTES]
    print(f"questions of pairs that read like quotes by their words: {len(asked)}")
    times = {line: sum(one.line == line for one in ours) for line in {one.line for one in ours}}

    def learn(lines: Callable[[str], bool]) -> Any:
        kept = [one for one in ours if lines(one.line)]
        weights = [1 / times[one.line] for one in kept] + [PAIRS_SHARE] * len(asked)
        return LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(
            np.stack([one.inputs for one in (*kept, *asked)]),
            [one.form for one in kept] + [AnswerForm.QUOTES.value] * len(asked),
            sample_weight=weights,
        )

    order = [one.line for one in first]
    random.Random(0).shuffle(order)  # noqa: S311  draws folds
    fold = {line: at % FOLDS for at, line in enumerate(order)}
    right = 0
    for at in range(FOLDS):
        model = learn(lambda line, at=at: fold[line] != at)  # type: ignore[misc]
        left = [one for one in first if fold[one.line] == at]
        right += sum(model.predict(np.stack([one.inputs for one in left])) == [one.form for one in left])
    print(f"forms by vector alone, lines left out: {right / len(first):.3f} of {len(first)}")
    model = learn(lambda _: True)
    return {
        "forms": np.array(names),
        "form_weights": model.coef_.astype(np.float32),
        "form_bias": model.intercept_.astype(np.float32),
        "exemplar_forms": np.array([names.index(one.form) for one in first], dtype=np.int8),
        **weigh_patterns([one.asked.pattern for one in first]),
    }


def _told_apart(
    name: str, these: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]]
) -> dict[str, NDArray[Any]]:
    """Learn to tell vectors from others, both sides of equal weight."""
    inputs = np.stack([*these, *others])
    labels = np.array([1] * len(these) + [0] * len(others))
    places = np.random.default_rng(0).permutation(len(inputs))
    chances = np.zeros(len(inputs))
    for at in range(FOLDS):
        left = places[at::FOLDS]
        kept = np.setdiff1d(places, left)
        model = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced").fit(
            inputs[kept], labels[kept]
        )
        chances[left] = model.predict_proba(inputs[left])[:, 1]
    found, lost = float((chances[labels == 1] > 0.5).mean()), float((chances[labels == 0] > 0.5).mean())
    print(
        f"{name}, left out: {found:.3f} of {len(these)} told, {lost:.3f} of {len(others)} others taken for one"
    )
    model = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced").fit(inputs, labels)
    return {
        f"{name}_weights": model.coef_[0].astype(np.float32),
        f"{name}_bias": np.float32(model.intercept_[0]),
    }


if __name__ == "__main__":
    main()
