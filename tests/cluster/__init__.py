"""Many machines as processes on this one: ``python -m tests.cluster``, by the configuration files of deploy/.

Three nodes of etcd, three of PostgreSQL under Patroni, Redis, two web nodes with a HAProxy and a PgBouncer each,
and nginx in front. What differs from real machines are ports and folders: they come from the environment, or from the
small files in which deploy/ keeps what differs from site to site.
"""
