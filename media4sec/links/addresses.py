"""Which addresses records name: those of their sources, and those in fields of their own and of their parts.

The audit trail says which records had a step since they were last read, so that only these are read again.
"""

import json
from functools import cache
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q
from rest_framework.serializers import ListSerializer

from media4sec.links.models import Link, LinkUse, digest_of_address
from media4sec.records import audit
from media4sec.records.documents.fields import Address, AddressList
from media4sec.records.documents.reading import writer
from media4sec.records.models import AuditEntry, AuditHead, Record, Revision
from media4sec.records.projection import sources_in, values_at
from media4sec.records.workflow import OFF

STEPS_AT_ONCE = 300


@cache
def address_fields(kind_name):
    """The fields of a kind's document that hold addresses: ``["official_url", "rules.url"]``."""
    return list(_address_fields(writer(kind_name), ""))


def _address_fields(serializer, prefix):
    for name, field in serializer.fields.items():
        if isinstance(field, (Address, AddressList)):
            yield f"{prefix}{name}"
        elif isinstance(field, ListSerializer):
            yield from _address_fields(field.child, f"{prefix}{name}.")


def addresses_in(kind_name, document):
    """All addresses that a document names."""
    own = (url for path in address_fields(kind_name) for url in values_at(document, path))
    return {*own, *(source["url"] for source in sources_in(document))}


def read_records(turn):
    """Bring the addresses in line with what records say now; as long as it is our turn."""
    audit.chain()  # steps that have no place in the trail yet
    head = AuditHead.objects.first()
    end = head.position if head else 0
    if turn.read_up_to > end:  # another database, or one that was restored
        turn.note_reading(0)
    while turn.read_up_to < end and turn.keep():
        last = min(turn.read_up_to + STEPS_AT_ONCE, end)
        steps = AuditEntry.objects.filter(position__gt=turn.read_up_to, position__lte=last)
        with transaction.atomic():
            _read(steps.values_list("kind_name", "identifier"))
            turn.note_reading(last)
    Link.objects.filter(uses=None).delete()


def _read(names):
    """Replace what these records, given as (kind, identifier), were known to name."""
    names = set(names)
    rows = Record.objects.filter(identifier__in={identifier for _, identifier in names})
    records = [record for record in rows if (record.kind_name, record.identifier) in names]
    wanted = {record.pk: {} for record in records}
    shown = [record for record in records if record.public_state not in OFF]
    for record, document, is_public in _versions_of(shown):
        for url in addresses_in(record.kind_name, document):
            wanted[record.pk][url] = wanted[record.pk].get(url, False) or is_public
    links = _links_for({url for urls in wanted.values() for url in urls})
    uses = {(links[url], pk): is_public for pk, urls in wanted.items() for url, is_public in urls.items()}
    for use in LinkUse.objects.filter(record__in=wanted):
        if uses.get((use.link_id, use.record_id)) == use.is_public:
            del uses[use.link_id, use.record_id]
        else:
            use.delete()
    LinkUse.objects.bulk_create(
        LinkUse(link_id=link, record_id=record, is_public=is_public)
        for (link, record), is_public in uses.items()
    )


def _versions_of(records):
    """(record, document, is it public?) of the newest version of each record, and of its public one."""
    by_pk = {record.pk: record for record in records}
    public = {record.published_revision_id for record in records}
    wanted = Q(number=F("record__edit_version")) | Q(pk=F("record__published_revision"))
    for revision in Revision.objects.filter(wanted, record__in=by_pk):
        yield by_pk[revision.record_id], json.loads(revision.document), revision.pk in public


def _links_for(urls):
    """{address: key of its link}, made where there is none yet."""
    made = [Link(digest=digest_of_address(url), url=url, host=host_in(url)) for url in sorted(urls)]
    Link.objects.bulk_create(made, ignore_conflicts=True)
    return dict(Link.objects.filter(digest__in=[link.digest for link in made]).values_list("url", "pk"))


def host_in(url):
    try:
        return (urlsplit(url).hostname or "")[:255]
    except ValueError:
        return ""
