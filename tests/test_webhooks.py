"""Webhooks: other sites are told that something changed, once and signed, and nobody but the office knows of them."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from media4sec import outgoing
from media4sec.interchange.records import moment
from media4sec.publications.models import Change, Generation
from media4sec.records import workflow
from media4sec.records.models import AuditEntry
from media4sec.webhooks import sending
from media4sec.webhooks.models import SECRET_OVERLAPS, TAKEN_FOR, Subscription
from media4sec.webhooks.sending import RETRIES_AFTER, newest_cursor, send_due, send_test
from media4sec.webhooks.signing import secrets_of
from tests.factories import published
from tests.people import administrator, logged_in, member, told
from tests.public import relative
from tests.test_admin import errors_in, filled
from tests.test_outgoing import HERE, here_too
from tests.test_turns import Elsewhere

pytestmark = pytest.mark.django_db
LIST = "/admin/webhooks/subscription/"
ASKED_AGAIN = "/admin/accounts/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def _reaching_this_machine(settings, monkeypatch):
    settings.OUTGOING_REQUESTS = True
    monkeypatch.setattr(outgoing, "send", partial(outgoing.send, may_reach=here_too))


class Receiver(ThreadingHTTPServer):
    """A site that is told: answers with ``statuses`` in turn, then with 204; ``got`` is [(headers, body)]."""

    def __init__(self, statuses=()):
        super().__init__((HERE, 0), Told)
        self.statuses, self.got, self.may_answer = list(statuses), [], threading.Event()
        self.may_answer.set()
        self.address = f"http://{HERE}:{self.server_port}/hook?key=a"


class Told(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.server.may_answer.wait(10)
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        pass


@contextmanager
def receiving(*statuses):
    with Receiver(statuses) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield receiver
        receiver.may_answer.set()
        receiver.shutdown()
    thread.join(10)


def subscribed(address, **more):
    """A subscription that begins now."""
    return Subscription.objects.create(
        **{"address": address, "purpose": "A mirror", "cursor": newest_cursor()} | more
    )


def verified(subscription, told):
    """What a message says, as a receiver reads it; raises where it is not ours."""
    headers, body = told
    return Webhook(secrets_of(subscription)[0]).verify(body, headers)


def fresh_one(subscription):
    return Subscription.objects.get(pk=subscription.pk)


def wait_over(subscription):
    """As if the time until the next attempt had gone by."""
    Subscription.objects.filter(pk=subscription.pk).update(next_at=timezone.now() - timedelta(seconds=1))


# What is told


def test_a_change_is_told_once_and_a_receiver_can_verify_and_read_it(client):
    published("theme")
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        assert send_due() == (0, 0)
        record = published("technology")

        assert (send_due(), send_due()) == ((1, 0), (0, 0))

    newest = Change.objects.latest("seq")
    said = verified(subscription, receiver.got[0])
    assert said == {
        "type": "records.changed",
        "timestamp": moment(newest.at),
        "data": {"seq": newest.seq, "count": 1, "changes": said["data"]["changes"]},
    }
    read = client.get(relative(said["data"]["changes"])).json()
    assert [change["identifier"] for change in read["changes"]] == [record.identifier]
    headers = receiver.got[0][0]
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"] == f"{subscription.uuid}_{newest_cursor()}"
    assert "." not in headers["webhook-id"]
    subscription = fresh_one(subscription)
    assert (subscription.cursor, subscription.failures) == (newest_cursor(), 0)
    assert subscription.said == "It answered 204 No Content."


def test_a_message_that_was_touched_is_not_ours():
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        send_due()

    headers, body = receiver.got[0]
    for touched in (
        (headers, body.replace(b'"count":1', b'"count":2')),
        (headers | {"webhook-id": "other"}, body),
        (headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(subscription, touched)
    other = Subscription(address=receiver.address)
    with pytest.raises(WebhookVerificationError):
        verified(other, receiver.got[0])


def test_several_changes_are_one_message():
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        workflow.withdraw(published("theme"), reason="Outdated.")
        published("theme")
        send_due()

    data = verified(subscription, receiver.got[0])["data"]
    assert (data["count"], len(receiver.got)) == (3, 1)


def test_another_history_is_told_and_leads_to_its_end(client):
    published("theme")
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        Generation.objects.all().delete()
        Generation.objects.create()

        assert send_due() == (1, 0)

    said = verified(subscription, receiver.got[0])
    answer = client.get(relative(said["data"]["changes"]))
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (410, "problem-other-history")
    assert said["data"]["count"] == Change.objects.count()


# What fails


def test_what_failed_is_sent_again_under_the_same_name_and_says_the_same():
    with receiving(500, 503) as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        results = [send_due(), send_due()]
        wait_over(subscription)
        results.append(send_due())
        wait_over(subscription)
        results.append(send_due())

    assert results == [(0, 1), (0, 0), (0, 1), (1, 0)]
    assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
    assert len(receiver.got) == 3
    assert verified(subscription, receiver.got[-1])
    assert fresh_one(subscription).failures == 0


def test_what_changes_meanwhile_is_another_message():
    with receiving(500) as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        send_due()
        published("theme")
        assert send_due() == (0, 0)
        wait_over(subscription)
        send_due()

    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first != second
    assert verified(subscription, receiver.got[1])["data"]["count"] == 2


def test_waits_grow_and_then_it_ends():
    published("theme")
    with receiving(*[500] * 20) as receiver:
        subscription = subscribed(receiver.address, cursor="")
        for number, wait in enumerate(RETRIES_AFTER, start=1):
            before = timezone.now()
            send_due()
            subscription = fresh_one(subscription)
            assert subscription.failures == number
            assert before + wait <= subscription.next_at <= timezone.now() + 1.2 * wait
            wait_over(subscription)
        send_due()
        wait_over(subscription)
        assert send_due() == (0, 0)

    assert len(receiver.got) == len(RETRIES_AFTER) + 1
    reason = "It failed 10 times in a row. It answered 500 Internal Server Error."
    assert fresh_one(subscription).ended == reason
    assert timedelta(days=3) < sum(RETRIES_AFTER, timedelta()) < timedelta(days=5)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.note) == ("", f"Webhook {subscription} ended: {reason}")


def test_a_receiver_that_is_gone_ends_it():
    with receiving(410) as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        assert send_due() == (0, 1)
        wait_over(subscription)
        assert send_due() == (0, 0)

    assert len(receiver.got) == 1
    assert fresh_one(subscription).ended == "The receiver wants no more messages. It answered 410 Gone."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(status):
    with receiving(status) as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        assert send_due() == (0, 1)

    assert len(receiver.got) == 1
    assert fresh_one(subscription).failures == 1


@pytest.mark.parametrize(
    "address", ["https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/"]
)
def test_private_addresses_are_told_nothing(address):
    subscription = subscribed(address)
    published("theme")

    assert send_due() == (0, 1)
    assert fresh_one(subscription).said == "It is not on the public internet."


def test_silence_is_a_failure(monkeypatch):
    monkeypatch.setattr(sending, "SENT_WITHIN", 0.3)
    with receiving() as receiver:
        receiver.may_answer.clear()
        subscription = subscribed(receiver.address)
        published("theme")
        assert send_due() == (0, 1)

    assert fresh_one(subscription).said == "It takes too long to answer."


def test_one_that_fails_does_not_stop_the_others():
    with receiving(500) as broken, receiving() as works:
        subscribed(broken.address)
        subscription = subscribed(works.address)
        published("theme")
        assert send_due() == (1, 1)

    assert verified(subscription, works.got[0])


def test_nothing_is_sent_and_nothing_counted_where_it_is_switched_off(settings):
    settings.OUTGOING_REQUESTS = False
    subscription = subscribed("https://example.org/")
    published("theme")

    with pytest.raises(CommandError, match="Set OUTGOING_REQUESTS=true"):
        call_command("send_webhooks")
    assert fresh_one(subscription).failures == 0


def test_the_command_says_numbers_and_no_addresses():
    out, err = StringIO(), StringIO()
    with receiving(500) as broken, receiving() as works:
        subscribed(broken.address)
        subscribed(works.address)
        published("theme")
        call_command("send_webhooks", stdout=out, stderr=err)

    assert (out.getvalue(), err.getvalue()) == ("1 told.\n", "1 could not be told; they are tried again.\n")


# Several senders


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_a_message_once_and_in_no_transaction(monkeypatch):
    both, sent, take = threading.Barrier(2), [], Subscription.take
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        published("theme")

        def taken_together(self):
            both.wait(10)
            return take(self)

        send = outgoing.send

        def noted(*args, **more):
            sent.append(connection.in_atomic_block)
            return send(*args, **more)

        monkeypatch.setattr(Subscription, "take", taken_together)
        monkeypatch.setattr(outgoing, "send", noted)
        senders = [Elsewhere(send_due), Elsewhere(send_due)]
        results = [sender.finished() for sender in senders]

    assert sorted(results) == [(0, 0), (1, 0)]
    assert (len(receiver.got), sent) == (1, [False])
    assert fresh_one(subscription).cursor == newest_cursor()


@pytest.mark.django_db(transaction=True)
def test_one_message_at_a_time_and_others_go_on_publishing():
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        receiver.may_answer.clear()
        sender = Elsewhere(send_due)
        while not receiver.got:
            assert not sender.done.wait(0.01)
        published("theme")
        assert send_due() == (0, 0)
        receiver.may_answer.set()
        assert sender.finished() == (1, 0)
        assert send_due() == (1, 0)

    assert [verified(subscription, one)["data"]["count"] for one in receiver.got] == [1, 1]


def test_what_a_sender_that_died_had_taken_is_sent_after_a_while():
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        assert Subscription.objects.get().take()
        assert send_due() == (0, 0)
        Subscription.objects.update(next_at=fresh_one(subscription).next_at - TAKEN_FOR)
        assert send_due() == (1, 0)


def test_an_answer_that_comes_after_the_end_changes_nothing(monkeypatch):
    client = logged_in(administrator())

    with receiving(500) as receiver:
        subscription = subscribed(receiver.address)
        published("theme")
        send = outgoing.send

        def ended_meanwhile(*args, **more):
            take(client, subscription, "end", reason="No longer wanted.")
            return send(*args, **more)

        monkeypatch.setattr(outgoing, "send", ended_meanwhile)
        send_due()

    subscription = fresh_one(subscription)
    assert (subscription.ended, subscription.failures) == ("No longer wanted.", 0)


# Secrets


def test_both_secrets_sign_for_a_day_after_a_new_one_was_made():
    client = logged_in(administrator())
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        [old] = secrets_of(subscription)
        take(client, subscription, "secret")
        subscription = fresh_one(subscription)
        new = secrets_of(subscription)[0]
        published("theme")
        send_due()
        Subscription.objects.update(rotated_at=timezone.now() - SECRET_OVERLAPS)
        published("theme")
        send_due()

    (headers, body), (later_headers, later_body) = receiver.got
    assert new != old
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    assert Webhook(new).verify(later_body, later_headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(later_body, later_headers)


def test_while_the_portals_key_changes_both_sign(settings):
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        [old] = secrets_of(subscription)
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "k" * 50
        published("theme")
        send_due()

    assert verified(subscription, receiver.got[0])
    assert Webhook(old).verify(receiver.got[0][1], receiver.got[0][0])


def test_no_secret_is_stored():
    subscription = subscribed("https://example.org/")
    [secret] = secrets_of(subscription)

    assert len(secret) > 40
    assert secret.removeprefix("whsec_") not in json.dumps(list(Subscription.objects.values()), default=str)


# In the back-office


def take(client, subscription, name, **values):
    """Open the page of a step, fill it in, and press its button."""
    address = f"{LIST}{subscription.pk}/step/{name}/"
    return client.post(address, filled(client, address, **values), follow=True)


@pytest.fixture
def manager():
    """An administrator of the editorial office."""
    return logged_in(member("administrator"))


def test_one_is_added_seen_changed_ended_and_begins_again(manager):
    published("theme")
    values = {"address": "https://hooks.example.org/a?key=Xq1", "purpose": "The mirror of DRIVER+"}
    manager.post(f"{LIST}add/", filled(manager, f"{LIST}add/", **values))
    subscription = Subscription.objects.get()
    page = f"{LIST}{subscription.pk}/change/"
    shown = manager.get(page).content.decode()

    assert subscription.cursor == newest_cursor()
    assert subscription.made_by.memberships.get().role == "administrator"
    assert secrets_of(subscription)[0] in shown
    assert f"Change {Change.objects.latest('seq').seq}" in shown
    assert values["purpose"] in manager.get(LIST).content.decode()

    Subscription.objects.update(failures=3, next_at=timezone.now() + timedelta(days=1))
    manager.post(page, filled(manager, page, address="https://hooks.example.org/b"))
    assert fresh_one(subscription).address == "https://hooks.example.org/b"
    assert (fresh_one(subscription).failures, fresh_one(subscription).next_at <= timezone.now()) == (0, True)

    assert told(take(manager, subscription, "end", reason="Not used."))[0].endswith("It has ended.")
    assert "Ended. Not used." in manager.get(page).content.decode()
    published("theme")
    assert send_due() == (0, 0)
    take(manager, subscription, "begin")
    assert (fresh_one(subscription).ended, fresh_one(subscription).cursor) == ("", newest_cursor())

    notes = [entry.note for entry in AuditEntry.objects.filter(action="settings").order_by("pk")]
    name = f"Webhook hooks.example.org ({subscription.pk})"
    assert notes == [
        f"{name} was added: The mirror of DRIVER+",
        f"{name} was changed: address.",
        f"{name} ended: Not used.",
        f"{name} begins again.",
    ]


def test_saving_the_form_writes_nothing_over_what_a_sender_notes_meanwhile(manager):
    with receiving() as receiver:
        subscription = subscribed("https://example.org/")
        page = f"{LIST}{subscription.pk}/change/"
        typed = filled(manager, page, purpose="Another one")
        Subscription.objects.update(address=receiver.address)
        published("theme")
        send_due()
        manager.post(page, typed | {"address": "https://example.org/"})

    assert fresh_one(subscription).cursor == newest_cursor()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://example.org/", "Only addresses with https:// are told."),
        ("ftp://example.org/", "Enter a valid URL."),
        ("https://name:word@example.org/", "a name or a password"),
        ("", "This field is required."),
        (f"https://example.org/{'x' * 500}", "500 characters"),
    ],
)
def test_an_address_that_cannot_be_told_is_refused_in_words(manager, address, says):
    response = manager.post(
        f"{LIST}add/", filled(manager, f"{LIST}add/", address=address, purpose="A mirror")
    )

    assert says in " ".join(map(str, errors_in(response)))
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("status", "says"),
    [(204, "It answered 204 No Content."), (404, "It answered 404 Not Found."), (599, "It answered 599.")],
)
def test_a_test_message_says_what_came_of_it_and_counts_nothing(manager, status, says):
    with receiving(status) as receiver:
        subscription = subscribed(receiver.address)
        [message] = told(take(manager, subscription, "try"))

    said = verified(subscription, receiver.got[0])
    assert message.endswith(says)
    assert (said["type"], said["data"]) == ("webhook.test", {})
    assert fresh_one(subscription).failures == 0
    assert AuditEntry.objects.latest("pk").note.endswith(f"was sent a test message: {says}")


def test_test_messages_have_names_of_their_own():
    with receiving() as receiver:
        subscription = subscribed(receiver.address)
        assert send_test(subscription)[0]
        assert send_test(subscription)[0]

    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first != second


def test_a_step_that_somebody_else_took_is_said_to_be_taken(manager):
    subscription = subscribed("https://example.org/", ended="Not used.")

    response = manager.get(f"{LIST}{subscription.pk}/step/try/", follow=True)

    assert told(response) == [f"{subscription}: somebody was quicker."]
    assert manager.get(f"{LIST}{subscription.pk}/step/nothing/").status_code == 404
    assert manager.get(f"{LIST}{subscription.pk + 1}/step/try/").status_code == 404


def test_who_it_is_is_asked_again_before_a_secret_is_shown(manager):
    subscription = subscribed("https://example.org/")
    session = manager.session
    del session["account_authentication_methods"]
    session.save()

    for page in ("add/", f"{subscription.pk}/change/", f"{subscription.pk}/step/secret/"):
        assert manager.get(f"{LIST}{page}")["Location"].startswith(ASKED_AGAIN)
    answer = manager.post(f"{LIST}{subscription.pk}/step/secret/")
    assert answer["Location"].startswith(ASKED_AGAIN)
    assert fresh_one(subscription).rotation == 0


ROLES = ("contributor", "reviewer", "publisher")


@pytest.mark.parametrize("who", ["office without its administrators", "administrator of a partner"])
def test_nobody_else_sees_that_there_are_any(partner, who):
    office = who.startswith("office")
    client = logged_in(member(*ROLES) if office else member(*ROLES, "administrator", partner=partner))
    manager = logged_in(member("administrator"))
    subscription = subscribed("https://example.org/Xqaddress", purpose="Xqpurpose")
    take(manager, subscription, "end", reason="Xqreason")

    for address in ("/admin/", "/admin/records/auditentry/", "/admin/records/team/"):
        text = client.get(address).content.decode()
        assert not [word for word in ("Xqaddress", "Xqpurpose", "Xqreason") if word in text], address
        assert "ebhook" not in text, address
    closed = [LIST, f"{LIST}add/", f"{LIST}{subscription.pk}/change/", f"{LIST}{subscription.pk}/history/"]
    closed += [f"{LIST}{subscription.pk}/step/{name}/" for name in ("try", "secret", "end", "begin")]
    closed += ["/admin/webhooks/"]
    assert {client.get(address).status_code for address in closed[:-1]} == {403}
    assert {client.post(address).status_code for address in closed[:-1]} == {403}
    assert client.get(closed[-1]).status_code in (403, 404)
    assert "Xqreason" in manager.get("/admin/records/auditentry/").content.decode()
    assert "Xqpurpose" in manager.get(LIST).content.decode()
