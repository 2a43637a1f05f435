-- Roles and databases of Naru on PostgreSQL. As its superuser, once, again when there are tables, and
-- after each update; deploy/postgresql.sh does so on the host's own server. On another's:
--
--     psql -v ON_ERROR_STOP=1 -f deploy/postgresql.sql
--
-- naru_owner   owns the tables: migrates, saves and moves them (`app update`, `backup`, `move`)
-- naru_intake  serves witnesses: reaches the mailbox alone; never sees the casebook's database
-- naru_desk    serves members: reads both, changes what its pages change
--
-- Nobody has a password here: who comes over the Unix socket is named by the system, and
-- pg_ident.conf says as which role (postgresql.sh). Each database forbids what PUBLIC may by default.

\if :{?mailbox} \else \set mailbox naru_mailbox \endif
\if :{?casebook} \else \set casebook naru_casebook \endif

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', name)
FROM unnest(ARRAY['naru_owner', 'naru_intake', 'naru_desk']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec

SELECT format('CREATE DATABASE %I OWNER naru_owner TEMPLATE template0 ENCODING ''UTF8''', name)
FROM unnest(ARRAY[:'mailbox', :'casebook']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = name) \gexec

ALTER DATABASE :"mailbox" OWNER TO naru_owner;
ALTER DATABASE :"casebook" OWNER TO naru_owner;
REVOKE ALL ON DATABASE :"mailbox" FROM PUBLIC;
REVOKE ALL ON DATABASE :"casebook" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"mailbox" TO naru_intake, naru_desk;
GRANT CONNECT ON DATABASE :"casebook" TO naru_desk;

\connect :mailbox
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO naru_owner;
GRANT USAGE ON SCHEMA public TO naru_intake, naru_desk;

-- Tables that are there already (none before `app init`), whoever made them.
SELECT format('ALTER TABLE public.%I OWNER TO naru_owner', tablename)
FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'naru_owner' \gexec

-- The intake adds items, marks and destroys what a witness withdraws, reads replies and recipients.
SELECT format('REVOKE ALL ON public.%I FROM naru_intake, naru_desk', tablename)
FROM pg_tables WHERE schemaname = 'public' \gexec
SELECT format('GRANT %s ON public.%I TO naru_intake', may, tablename)
FROM pg_tables JOIN (VALUES
  ('item', 'SELECT, INSERT'), ('item', 'UPDATE (withdraw_on)'),
  ('header', 'SELECT (item_id), INSERT, DELETE'), ('payload', 'SELECT (item_id), INSERT, DELETE'),
  ('blob', 'SELECT, INSERT, DELETE'), ('reply', 'SELECT'), ('recipient', 'SELECT'),
  ('alembic_version', 'SELECT')
) AS rights (name, may) ON name = tablename WHERE schemaname = 'public' \gexec

-- The desk collects and destroys, answers, publishes; it never writes as a witness.
SELECT format('GRANT %s ON public.%I TO naru_desk', may, tablename)
FROM pg_tables JOIN (VALUES
  ('item', 'SELECT, UPDATE, DELETE'), ('header', 'SELECT, DELETE'), ('payload', 'SELECT, DELETE'),
  ('blob', 'SELECT, DELETE'), ('reply', 'SELECT, INSERT, DELETE'),
  ('recipient', 'SELECT, INSERT, UPDATE, DELETE'), ('alembic_version', 'SELECT')
) AS rights (name, may) ON name = tablename WHERE schemaname = 'public' \gexec

\connect :casebook
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO naru_owner;
GRANT USAGE ON SCHEMA public TO naru_desk;
SELECT format('ALTER TABLE public.%I OWNER TO naru_owner', tablename)
FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'naru_owner' \gexec
SELECT format('REVOKE ALL ON public.%I FROM naru_desk', tablename)
FROM pg_tables WHERE schemaname = 'public' \gexec

-- Custody and checkpoints can be added to and read, by nobody changed or taken away.
SELECT format(
  'GRANT SELECT, INSERT%s ON public.%I TO naru_desk',
  CASE WHEN tablename IN ('custody', 'checkpoint') THEN '' ELSE ', UPDATE, DELETE' END, tablename)
FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' \gexec
SELECT format('GRANT SELECT ON public.%I TO naru_desk', tablename)
FROM pg_tables WHERE schemaname = 'public' AND tablename = 'alembic_version' \gexec
