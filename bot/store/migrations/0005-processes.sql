-- Which processes live, by the database's own clock: a lease that each renews, and since when it has done so without a gap.
CREATE TABLE processes (
  owner TEXT PRIMARY KEY, alive_since DOUBLE PRECISION NOT NULL, alive_until DOUBLE PRECISION NOT NULL);
