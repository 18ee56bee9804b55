-- Empty a PostgreSQL database. The schema "public" stays, and so do objects that belong to an
-- extension, which may have another owner.
DO $$
DECLARE
    -- The list is complete before the first DROP, because most drop other objects as well.
    everything text[] := ARRAY(
        WITH extensions AS (
            SELECT objid FROM pg_depend WHERE deptype = 'e'
        ), schemas AS (
            SELECT oid AS schema, nspname = 'public' AS is_public FROM pg_namespace
            WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\_%'
        ), kinds (kind, word) AS (
            VALUES ('r', 'TABLE'), ('p', 'TABLE'), ('f', 'FOREIGN TABLE'), ('v', 'VIEW'),
                ('m', 'MATERIALIZED VIEW'), ('S', 'SEQUENCE'), ('c', 'TYPE')
        ), objects (id, schema, name) AS (
            SELECT pg_class.oid, relnamespace, format('%s IF EXISTS %s', word, oid::regclass)
            FROM pg_class JOIN kinds ON kind = relkind::text
            UNION ALL
            SELECT oid, pronamespace, format('ROUTINE IF EXISTS %s', oid::regprocedure)
            FROM pg_proc
            UNION ALL
            SELECT oid, typnamespace, format('TYPE IF EXISTS %s', oid::regtype)
            FROM pg_type WHERE typtype IN ('d', 'e', 'r')
        )
        SELECT format('SCHEMA %s', schema::regnamespace) FROM schemas
        WHERE NOT is_public AND schema NOT IN (SELECT objid FROM extensions)
        UNION ALL
        SELECT name FROM objects JOIN schemas USING (schema)
        WHERE is_public AND id NOT IN (SELECT objid FROM extensions)
    );
    each text;
BEGIN
    FOREACH each IN ARRAY everything LOOP
        EXECUTE format('DROP %s CASCADE', each);
    END LOOP;
END
$$;
