"""What only a SQLite file has: earlier formats of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.feedback import Feedback, Verdict
from bot.slack.desk.watches import Watches
from bot.store import Store

# What the formats before the migrations had, as far as later ones changed it.
FIRST = """
CREATE TABLE claims (key TEXT PRIMARY KEY, claimed_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
  job_id TEXT PRIMARY KEY, body TEXT, owner TEXT NOT NULL, taken_at REAL NOT NULL, finished_at REAL) WITHOUT ROWID;
CREATE TABLE processes (owner TEXT PRIMARY KEY, seen_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE threads (thread TEXT PRIMARY KEY, last_user TEXT NOT NULL, seen_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE speakers (
  thread TEXT NOT NULL, ts TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (thread, ts)) WITHOUT ROWID;
CREATE TABLE feedback (
  message TEXT NOT NULL, user_id TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT, question TEXT, build TEXT,
  quotes TEXT, hits TEXT, given_at REAL NOT NULL, PRIMARY KEY (message, user_id)) WITHOUT ROWID;
CREATE TABLE watches (
  user_id TEXT NOT NULL, phrase TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (user_id, phrase)) WITHOUT ROWID;
INSERT INTO claims VALUES ('event:1', 0);
INSERT INTO jobs VALUES ('j', 'body', 'gone', 0, NULL);
INSERT INTO threads VALUES ('T:C:1', 'U1ADA', 0);
INSERT INTO feedback VALUES ('C1:1', 'U1ADA', 'up', NULL, 'what is Quillwort?', 'b', '[]', '[]', 0);
INSERT INTO watches VALUES ('U1ADA', 'mossbank', '[]');
"""


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_older_memory_is_brought_up_to_date(tmp_path: Path, number: int) -> None:
    """A file of any earlier format keeps what it has, takes what later ones add, and is no longer opened by the earlier."""
    path = tmp_path / "bot.sqlite"
    (tmp_path / "bot.sqlite.0123456789ab.alive").touch()
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST)
        if number > 2:
            old.execute("ALTER TABLE feedback ADD COLUMN golden TEXT")
        old.execute(f"PRAGMA user_version = {number}")
    store = Store(path)
    Feedback(store).add(Verdict("C1:2", "U1ADA", "up", golden={"type": "keyword"}))
    kept, added = Feedback(store).all()
    [watch] = Watches(store).all()
    spoke = store.speaker_before("T:C:1", "2", "U2BEN")
    claimed, left = store.take(["event:1"], ""), store.take_over()
    store.close()
    with closing(sqlite3.connect(path)) as now:
        [version] = now.execute("PRAGMA user_version").fetchone()

    assert (kept.question, kept.reaction) == ("what is Quillwort?", False)
    assert added.golden == {"type": "keyword"}
    assert (watch.phrase, watch.team_id) == ("mossbank", "")
    assert spoke == "U1ADA"
    assert claimed is None
    assert left == [("j", "body")]
    assert version > 4
    assert not list(tmp_path.glob("*.alive"))
