"""Publishes a record again and again, and says what was acknowledged: ``python -m tests.cluster.writer MARK``.

A process of its own, as an editor's request is: what it has not said was not acknowledged. Ends when its input does.
"""

import json
import os
import select
import sys
import time

import django


def main(mark):
    django.setup()
    from django.db import DatabaseError, InterfaceError, connections, transaction

    from catalogue.models import Technology
    from media4sec.records import workflow

    number = 0  # told with each try, so that what was acknowledged can be looked for
    while not ended():
        number += 1
        text = f"{mark} {number}"
        try:
            with transaction.atomic():
                record = Technology.objects.order_by("-pk").first()
                record.summary = text
                record.save()
                workflow.save_revision(record)
                workflow.publish(record)
        except (DatabaseError, InterfaceError) as error:
            say(failed=text, why=type(error).__name__)
            connections.close_all()
            time.sleep(0.1)
        else:
            say(acknowledged=text)


def ended():
    return select.select([sys.stdin], [], [], 0)[0] and not sys.stdin.read(1)


def say(**what):
    print(json.dumps(what | {"at": time.clock_gettime(time.CLOCK_MONOTONIC)}), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "media4sec.settings")
    main(*sys.argv[1:])
