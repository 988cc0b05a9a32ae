-- What a restarted server continues from. `scope` is domain@world, as in darkpool@live.

CREATE TABLE topics (
    id    INTEGER PRIMARY KEY,
    scope TEXT    NOT NULL,
    topic TEXT    NOT NULL,
    epoch TEXT    NOT NULL,
    head  INTEGER NOT NULL,
    floor INTEGER NOT NULL,
    UNIQUE (scope, topic)
);

-- A table with rowids: rows are about 700 bytes, and an update then leaves the index alone
-- (measured: 40 % faster than WITHOUT ROWID at 10,000 rows a commit).
CREATE TABLE rows (
    topic INTEGER NOT NULL,
    key   TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    row   TEXT,                 -- NULL is a tombstone
    UNIQUE (topic, key)
);

CREATE INDEX tombstones ON rows (topic, seq) WHERE row IS NULL;

CREATE TABLE state (
    scope TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
