"""The checker of pairs: what is wrong is named, what is missing is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.training.conftest import pair
from training.check import NEAR_MISSES, defects, describe, fold, shares
from training.pairs import Pair, PairsError, Texts, passage_of, read_pairs, read_quoted, without


@pytest.fixture
def texts(texts_dir: Path) -> Texts:
    """Open the texts."""
    return Texts([texts_dir])


def of(passage: str, question: str, style: str = "paraphrase", history: tuple[str, ...] = ()) -> Pair:
    """Make a pair whose file is a plain name."""
    return replace(pair(passage, question, style, "orchard.txt"), history=history)


GOOD = of("Graft in March, when the sap rises.", "best month for it?")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (replace(GOOD, start=GOOD.start + 1), "were changed"),
        (replace(GOOD, file="gone.txt"), "Cannot find gone.txt"),
        (of("Graft in March", "when?"), "its passage has 14 characters"),
        (of("Graft in March, when the sap rises.\n", "best month?"), "white space"),
        (replace(GOOD, style="rhyme"), "no such style"),
        (replace(GOOD, style="followup"), "a follow-up has an earlier turn"),
        (replace(GOOD, question="Who grafts, and why?"), "stands twice"),
    ],
)
def test_a_wrong_pair_is_named(texts: Texts, wrong: Pair, reason: str) -> None:
    """Every defect is one line with the file, the question and the reason."""
    [line] = defects([wrong], texts, {fold("who grafts and why")})

    assert reason in line
    assert wrong.question in line


def test_good_pairs_pass_and_are_counted(texts: Texts) -> None:
    """A question may be asked again in another thread, a near-miss may follow a turn; too few near-misses or French ones are missed."""
    again = of("Graft in March, when the sap rises.", "when?", "followup", ("grafting",))
    near = of("Apple policies differ from pear policies.", "do cherries have one?", "near_miss")
    later = replace(near, question="and pears?", history=("what are the policies for apples?",))

    assert list(defects([GOOD, again, replace(again, history=("pears",)), near, later], texts, set())) == []
    assert len(list(shares([GOOD]))) == 2
    assert list(shares([GOOD, replace(near, lang="fr")])) == []
    assert NEAR_MISSES == 0.2
    assert next(describe([GOOD, near])) == "2 pairs on 2 passages of 1 files"


def test_pairs_are_read_from_files_and_quotes(texts: Texts, tmp_path: Path) -> None:
    """Offsets and quotes give the same passage; a line that is no pair, or quotes what is not there, is refused."""
    quoted = {
        "file": "orchard.txt",
        "passage": "Graft in March, when the sap rises.",
        "context": "",
        "question": "q",
        "style": "detail",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(asdict(GOOD)) + "\n\n")
    (tmp_path / "quoted").write_text(json.dumps(quoted))
    [found], [looked_up] = read_pairs(tmp_path), read_quoted(tmp_path / "quoted", texts)

    assert found == GOOD
    assert passage_of(looked_up, texts) == passage_of(found, texts) == quoted["passage"]
    assert without([found, looked_up], ["orchard.txt"]) == []
    for line in ('{"file": "orchard.txt"}', "nonsense"):
        (tmp_path / "a.jsonl").write_text(line)
        with pytest.raises(PairsError, match="Cannot read line 1"):
            read_pairs(tmp_path)
    (tmp_path / "quoted").write_text(json.dumps({**quoted, "passage": "Graft in June."}))
    with pytest.raises(PairsError, match="does not stand in orchard"):
        read_quoted(tmp_path / "quoted", texts)


@pytest.mark.shared
def test_the_pairs_of_the_repository_are_sound(shared: Path) -> None:
    """Every stored pair stands where it says, none is a question that the product is measured by, and the shares are kept."""
    folders = [shared / "training" / "texts", shared / "recaps" / "texts", ROOT / "training" / "recaps"]
    named = [word for folder in folders for word in ("--texts", folder)]
    measured = [
        word
        for path in ("golden/dev.jsonl", "recaps/questions.jsonl")
        for word in ("--against", shared / path)
    ]
    command = [
        sys.executable,
        "-m",
        "training.check",
        *named,
        "--quoted",
        shared / "training" / "questions.jsonl",
        *measured,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(read_pairs(ROOT / "training" / "pairs")) > 1_490
