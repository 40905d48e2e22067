"""Can this process answer visitors? And the figures that take a question to the database.

Asked in a thread of its own, by one at a time: however often somebody asks and however long the database takes, the
others go on, and each has an answer in time.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.db import close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor

from media4sec.operations.metrics import metrics
from media4sec.publications import index

logger = logging.getLogger(__name__)
ANSWERED_WITHIN = 1.8  # seconds
GOOD_FOR = 1.0  # seconds that an answer may be given again
LOOKED_AT_MIGRATIONS_EVERY = 60  # seconds


class Health:
    """What others ask about one process."""

    def __init__(self):
        self.thread = ThreadPoolExecutor(1, "health")
        self.under_way, self.answers = {}, {}
        self.was_ready, self.migrated_at = None, -1e9

    async def is_ready(self):
        """Never takes longer than two seconds; why not is told to the log alone."""
        found = await self._asked(self._look, "It took too long.")
        if (found == "") != self.was_ready:
            self.was_ready = found == ""
            logger.warning("Ready" if self.was_ready else f"Not ready: {found}")
        return self.was_ready

    async def figures(self):
        return await self._asked(metrics.text, b"media4sec_database_up 0\n")

    async def _asked(self, question, otherwise):
        """The answer of a moment ago, or of the one that is asked now; ``otherwise`` if there is none in time."""
        answer, at = self.answers.get(question, (None, -1e9))
        if monotonic() - at < GOOD_FOR:
            return answer
        job = self.under_way.get(question)
        if job is None or job.done():
            job = self.under_way[question] = asyncio.wrap_future(self.thread.submit(question))
        try:
            answer = await asyncio.wait_for(asyncio.shield(job), ANSWERED_WITHIN)
        except TimeoutError:
            return otherwise
        self.answers[question] = answer, monotonic()
        return answer

    def _look(self):
        """What is missing, in words; empty when nothing is."""
        close_old_connections()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if monotonic() - self.migrated_at > LOOKED_AT_MIGRATIONS_EVERY:
                executor = MigrationExecutor(connection)
                missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
                if missing:
                    names = ", ".join(f"{one.app_label}.{one.name}" for one, _ in missing[:5])
                    return f"{len(missing)} migrations are missing, such as {names}."
                self.migrated_at = monotonic()
            index.current()
        except Exception as error:
            connection.close()
            return f"{type(error).__name__}: {error}".partition("\n")[0]
        return ""
