"""Counters that all nodes share, in Redis or Valkey; in the table of the database while that does not answer.

Whoever asks gets an answer within a tenth of a second, and no error: limits hold whether the server is there, hangs or
was emptied (docs/adr/0054-many-machines.md).
"""

import json
import logging
from time import monotonic

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SERVER_PATIENCE = 0.05  # seconds for one answer, or for a connection
UNASKED_FOR = 2  # seconds after a failure, in which nobody waits for it again

logger = logging.getLogger(__name__)


class PlainSerializer:
    """JSON: what is read back from a server beside ours can be wrong, but can run nothing."""

    def dumps(self, value):
        return json.dumps(value)

    def loads(self, data):
        return json.loads(data)


class SharedCache(BaseCache):
    """As a cache of Django's. ``LOCATION`` is the address of the server, ``TABLE`` that of the database."""

    def __init__(self, location, params):
        super().__init__(params)
        limits = {"socket_timeout": SERVER_PATIENCE, "socket_connect_timeout": SERVER_PATIENCE}
        at_once = {"retry": Retry(NoBackoff(), 0), "serializer": PlainSerializer()}
        self.server = RedisCache(location, params | {"OPTIONS": limits | at_once})
        self.table = DatabaseCache(params["TABLE"], params)
        self.failed_at = -1e9

    def ask(self, name, *arguments):
        if monotonic() - self.failed_at > UNASKED_FOR:
            try:
                return getattr(self.server, name)(*arguments)
            except (RedisError, ValueError) as error:  # ValueError: somebody else wrote there
                self.failed_at = monotonic()
                logger.warning("CACHE_URL does not answer, the database counts: %s", type(error).__name__)
        return getattr(self.table, name)(*arguments)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask("add", key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self.ask("get", key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask("set", key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask("touch", key, timeout, version)

    def delete(self, key, version=None):
        return self.ask("delete", key, version)

    def clear(self):
        return self.ask("clear")
