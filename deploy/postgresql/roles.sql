-- Two roles and a database for the portal. Run once, as an administrator of the server, then give both a password:
--   psql --file roles.sql postgres
--   psql postgres, then: \password portal_owner    \password portal_web
--
-- portal_owner owns the tables: MIGRATE_DATABASE_URL, for migrate, backup, verify_backup and restore only.
-- portal_web reads and writes rows: DATABASE_URL. What it may do with each table, `migrate` tells the server.

-- verify_backup restores into a database that it makes and throws away.
CREATE ROLE portal_owner LOGIN CREATEDB;

-- A question that takes this long has gone wrong; whoever waits this long for a lock asks again.
CREATE ROLE portal_web LOGIN;
ALTER ROLE portal_web SET statement_timeout = '30s';
ALTER ROLE portal_web SET lock_timeout = '10s';
ALTER ROLE portal_web SET idle_in_transaction_session_timeout = '60s';

CREATE DATABASE portal OWNER portal_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_web;
