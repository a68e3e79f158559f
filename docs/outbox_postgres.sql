CREATE TABLE IF NOT EXISTS "outbox" (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    shard         smallint NOT NULL,
    lockkey       integer NOT NULL,
    aggregatetype varchar(255) NOT NULL,
    aggregateid   varchar(255) NOT NULL,
    revision      bigint,
    type          varchar(255) NOT NULL,
    schemaversion integer NOT NULL,
    topic         varchar(249) NOT NULL,
    headers       json NOT NULL,
    traceparent   varchar(255),
    payload       text,
    occurredat    timestamptz NOT NULL,
    createdat     timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts      integer NOT NULL DEFAULT 0,
    nextattemptat timestamptz,
    lasterror     text,
    blocked       boolean NOT NULL DEFAULT false,
    publishedat   timestamptz
);
CREATE TABLE IF NOT EXISTS "outbox_archive" (
    seq           bigint  PRIMARY KEY,
    id            uuid NOT NULL ,
    shard         smallint NOT NULL,
    lockkey       integer NOT NULL,
    aggregatetype varchar(255) NOT NULL,
    aggregateid   varchar(255) NOT NULL,
    revision      bigint,
    type          varchar(255) NOT NULL,
    schemaversion integer NOT NULL,
    topic         varchar(249) NOT NULL,
    headers       json NOT NULL,
    traceparent   varchar(255),
    payload       text,
    occurredat    timestamptz NOT NULL,
    createdat     timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts      integer NOT NULL DEFAULT 0,
    nextattemptat timestamptz,
    lasterror     text,
    blocked       boolean NOT NULL DEFAULT false,
    publishedat   timestamptz
);
CREATE INDEX IF NOT EXISTS "outbox_shard_seq" ON "outbox" (shard, seq);
CREATE INDEX IF NOT EXISTS "outbox_held" ON "outbox" (shard) WHERE attempts > 0;
CREATE INDEX IF NOT EXISTS "outbox_archive_publishedat" ON "outbox_archive" (publishedat);
CREATE TABLE IF NOT EXISTS "outbox_revisions" (
    aggregatetype varchar(255) NOT NULL,
    aggregateid   varchar(255) NOT NULL,
    revision      bigint NOT NULL,
    PRIMARY KEY (aggregatetype, aggregateid)
);
CREATE TABLE IF NOT EXISTS "outbox_leases" (
    shard     smallint PRIMARY KEY,
    holder    text NOT NULL DEFAULT '',
    token     bigint NOT NULL DEFAULT 0,
    expiresat timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO "outbox_leases" (shard) SELECT generate_series(0, 63) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS "outbox_leases_relays" (
    relay     text PRIMARY KEY,
    expiresat timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS "outbox_migrations" (
    number    integer PRIMARY KEY,
    appliedat timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO "outbox_migrations" (number) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM "outbox_migrations") ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION "outbox_append" (
    uuid, smallint, integer, varchar, varchar, bigint, varchar, integer, varchar, json, varchar, text, timestamptz,
    expected bigint, lockclass integer, channel text
) RETURNS boolean LANGUAGE plpgsql AS $append$
BEGIN
    IF lockclass IS NOT NULL THEN PERFORM pg_advisory_xact_lock(lockclass, $3); END IF;
    IF expected = 0 THEN
        INSERT INTO "outbox_revisions" AS r (aggregatetype, aggregateid, revision) VALUES ($4, $5, $6)
            ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET revision = EXCLUDED.revision WHERE r.revision = 0;
    ELSIF expected > 0 THEN
        UPDATE "outbox_revisions" SET revision = $6 WHERE aggregatetype = $4 AND aggregateid = $5 AND revision = expected;
    END IF;
    IF expected IS NOT NULL AND NOT FOUND THEN RETURN false; END IF;
    INSERT INTO "outbox" (id, shard, lockkey, aggregatetype, aggregateid, revision, type, schemaversion, topic, headers,
                     traceparent, payload, occurredat)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
    IF channel IS NOT NULL THEN PERFORM pg_notify(channel, ''); END IF;
    RETURN true;
END $append$;
