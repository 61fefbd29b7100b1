-- What the bot remembers. SQLite files of the formats 1 to 4, from before there were migrations, have most of it already.
CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, claimed_at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
  job_id TEXT PRIMARY KEY, body TEXT, owner TEXT NOT NULL, taken_at DOUBLE PRECISION NOT NULL, finished_at DOUBLE PRECISION);
CREATE INDEX IF NOT EXISTS open_jobs ON jobs (owner) WHERE finished_at IS NULL;
CREATE TABLE IF NOT EXISTS threads (thread TEXT PRIMARY KEY, seen_at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS speakers (thread TEXT NOT NULL, ts TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (thread, ts));
CREATE TABLE IF NOT EXISTS askers (thread TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (thread, user_id));
CREATE TABLE IF NOT EXISTS turns (
  thread TEXT NOT NULL, ts TEXT NOT NULL, user_id TEXT NOT NULL, question TEXT NOT NULL, asked_at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (thread, ts));
CREATE TABLE IF NOT EXISTS feedback (
  message TEXT NOT NULL, user_id TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT, question TEXT, build TEXT, quotes TEXT,
  hits TEXT, given_at DOUBLE PRECISION NOT NULL, golden TEXT, reaction BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (message, user_id));
CREATE TABLE IF NOT EXISTS misses (
  question TEXT NOT NULL, miss TEXT NOT NULL, topic TEXT NOT NULL, asked_at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS watches (
  user_id TEXT NOT NULL, phrase TEXT NOT NULL, seen TEXT NOT NULL, team_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (user_id, phrase));
CREATE TABLE IF NOT EXISTS arrivals (talk_id TEXT PRIMARY KEY, arrived_at DOUBLE PRECISION NOT NULL);
CREATE INDEX IF NOT EXISTS arrivals_by_time ON arrivals (arrived_at);
CREATE TABLE IF NOT EXISTS channels (channel_id TEXT PRIMARY KEY, shared BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS looks (user_id TEXT PRIMARY KEY, looked_at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS digests (
  team_id TEXT NOT NULL, channel_id TEXT NOT NULL, user_id TEXT NOT NULL, period TEXT NOT NULL,
  told_until DOUBLE PRECISION NOT NULL, posted_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (team_id, channel_id));
