"""Two processes, each with answers of its own: they agree, and what is published is seen in both within a second."""

import http.client
import time

import pytest
from django.db import connection

from media4sec.records import workflow
from tests.factories import published
from tests.test_server import started, workers

MANY = 40  # connections: some for each process


def ask(origin, path, method="GET", **headers):
    """(status, headers, body) as they come over a connection of their own."""
    client = http.client.HTTPConnection(origin.removeprefix("http://"), timeout=30)
    try:
        client.request(method, path, headers={"Accept-Encoding": "br", **headers})
        answer = client.getresponse()
        found = {name: value for name, value in answer.getheaders() if name not in ("date", "x-request-id")}
        return answer.status, found, answer.read()
    finally:
        client.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_publication_is_seen_in_every_process_within_a_second():  # gate 3.13
    record = published("technology", title="Before")
    with started(connection.settings_dict["NAME"]) as (origin, process):
        assert len(workers(process)) == 2
        before = [ask(origin, record.url) for _ in range(MANY)]
        assert before[0][0] == 200
        assert before.count(before[0]) == MANY
        tag = before[0][1]["etag"]
        head = [ask(origin, record.url, "HEAD") for _ in range(MANY)]
        assert head == [(200, before[0][1], b"")] * MANY
        unchanged = [ask(origin, record.url, **{"If-None-Match": tag}) for _ in range(MANY)]
        assert unchanged.count(unchanged[0]) == MANY
        assert (unchanged[0][0], unchanged[0][1]["etag"], unchanged[0][2]) == (304, tag, b"")

        record.title = "After"
        record.save()
        workflow.save_revision(record)
        workflow.publish(record)
        moment, answers = time.monotonic(), []
        while (asked := time.monotonic() - moment) < 1.5:
            answers.append((asked, ask(origin, record.url, **{"If-None-Match": tag})))
        late = [answer for asked, answer in answers if asked > 1]
        assert len(late) > 10
        assert {answer[0] for answer in late} == {200}
        assert {answer[2] for answer in late} == {late[0][2]}

        workflow.withdraw(record, reason="By mistake.")
        time.sleep(1)
        assert {ask(origin, record.url)[0] for _ in range(MANY)} == {410}
