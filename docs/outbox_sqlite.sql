CREATE TABLE IF NOT EXISTS "outbox" (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    shard         INTEGER NOT NULL,
    aggregatetype TEXT NOT NULL,
    aggregateid   TEXT NOT NULL,
    revision      INTEGER,
    type          TEXT NOT NULL,
    schemaversion INTEGER NOT NULL,
    topic         TEXT NOT NULL,
    headers       TEXT NOT NULL,
    traceparent   TEXT,
    payload       TEXT,
    occurredat    TEXT NOT NULL,
    createdat     INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    attempts      INTEGER NOT NULL DEFAULT 0,
    nextattemptat INTEGER,
    lasterror     TEXT,
    blocked       INTEGER NOT NULL DEFAULT 0,
    publishedat   INTEGER
);
CREATE TABLE IF NOT EXISTS "outbox_archive" (
    seq           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL,
    shard         INTEGER NOT NULL,
    aggregatetype TEXT NOT NULL,
    aggregateid   TEXT NOT NULL,
    revision      INTEGER,
    type          TEXT NOT NULL,
    schemaversion INTEGER NOT NULL,
    topic         TEXT NOT NULL,
    headers       TEXT NOT NULL,
    traceparent   TEXT,
    payload       TEXT,
    occurredat    TEXT NOT NULL,
    createdat     INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    attempts      INTEGER NOT NULL DEFAULT 0,
    nextattemptat INTEGER,
    lasterror     TEXT,
    blocked       INTEGER NOT NULL DEFAULT 0,
    publishedat   INTEGER
);
CREATE INDEX IF NOT EXISTS "outbox_held" ON "outbox" (aggregateid) WHERE attempts > 0;
CREATE INDEX IF NOT EXISTS "outbox_archive_publishedat" ON "outbox_archive" (publishedat);
CREATE TABLE IF NOT EXISTS "outbox_revisions" (
    aggregatetype TEXT NOT NULL,
    aggregateid   TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    PRIMARY KEY (aggregatetype, aggregateid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "outbox_leases" (
    only      INTEGER PRIMARY KEY CHECK (only = 0),
    holder    TEXT NOT NULL DEFAULT '',
    token     INTEGER NOT NULL DEFAULT 0,
    expiresat INTEGER NOT NULL DEFAULT 0
);
INSERT OR IGNORE INTO "outbox_leases" (only) VALUES (0);
CREATE TABLE IF NOT EXISTS "outbox_migrations" (
    number    INTEGER PRIMARY KEY,
    appliedat TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "outbox_migrations" (number) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM "outbox_migrations");
