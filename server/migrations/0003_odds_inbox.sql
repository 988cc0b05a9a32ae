-- Where other processes put events, one or a list in the odds provider's form:
--     INSERT INTO odds_inbox (event) VALUES ('{"id":"...","sport_key":"soccer_epl",...}');
-- The server takes them in the order of their ids, about twice a second, and removes what it took.

CREATE TABLE odds_inbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    event       TEXT    NOT NULL,
    inserted_ms INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
);

-- What could not be read, with why.
CREATE TABLE odds_inbox_rejected (
    id          INTEGER PRIMARY KEY,
    event       TEXT    NOT NULL,
    inserted_ms INTEGER NOT NULL,
    reason      TEXT    NOT NULL
);
