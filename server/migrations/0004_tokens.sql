-- Who may sign in. A token is only known by its SHA-256: whoever reads this file cannot use it.

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again
    hash       BLOB    NOT NULL UNIQUE,            -- SHA-256 of the token's text
    user       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    operator   INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,                            -- NULL: never
    revoked_ms INTEGER,                            -- NULL: it holds
    used_ms    INTEGER                             -- about when it was last used, to the hour
);

-- A server that runs looks at this number, and reads the tokens again when it has changed: also when
-- they were changed by hand.
CREATE TABLE token_changes (
    count INTEGER NOT NULL
);

INSERT INTO token_changes VALUES (0);

CREATE TRIGGER token_created AFTER INSERT ON tokens BEGIN
    UPDATE token_changes SET count = count + 1;
END;

CREATE TRIGGER token_changed
AFTER UPDATE OF hash, user, name, operator, expires_ms, revoked_ms ON tokens BEGIN
    UPDATE token_changes SET count = count + 1;
END;

CREATE TRIGGER token_deleted AFTER DELETE ON tokens BEGIN
    UPDATE token_changes SET count = count + 1;
END;
