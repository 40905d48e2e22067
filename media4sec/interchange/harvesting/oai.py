"""OAI-PMH 2.0 at ``/oai``: how libraries, OpenAIRE and data.europa.eu harvest what is public.

https://www.openarchives.org/OAI/openarchivesprotocol.html ; what is told of records is in ``oai_lists``, in which
words in ``oai_formats``.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from media4sec import problems
from media4sec.imprint import CATALOGUE_TITLE, CONTACT
from media4sec.interchange.harvesting.elements import DECLARATION, element, is_legal, text_element
from media4sec.interchange.harvesting.oai_formats import METADATA_FORMATS, XSI, MetadataFormat
from media4sec.interchange.harvesting.oai_lists import (
    Harvest,
    all_sets,
    domain,
    is_misspelt,
    oai_identifier,
    publication_named,
    read_stamp,
    records,
    stamp,
)
from media4sec.interchange.results import newest_standing
from media4sec.kinds import kinds_by_name
from media4sec.publications.description import descriptions_of
from media4sec.publications.models import Publication

ENVELOPE = "http://www.openarchives.org/OAI/2.0/"
OAI_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
METHODS = ("GET", "HEAD", "POST")
# A step that the public sees gives its changes their time before it is committed: by at most this much.
LONGEST_STEP = timedelta(minutes=1)
DOMAIN_NAME = re.compile(
    r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+", re.ASCII
)  # as the scheme spells it
E_MAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
NAME_AS_URI = re.compile(
    r"([a-z][a-z0-9+.-]*:)?([\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})+", re.ASCII | re.IGNORECASE
)


class Refusal(Exception):
    """An error of the protocol, by its name there."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


Arguments = dict[str, str]


@dataclass(frozen=True)
class Verb:
    """A question that the protocol knows: its answer, and the arguments that it must, may and, alone, can have."""

    answer: Callable[[Arguments], str]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    is_long: bool = False  # told in parts, which a resumption token asks for


@csrf_exempt  # a form changes nothing here, whoever sends it
def oai(request: HttpRequest) -> HttpResponseBase:
    """Every answer but that to a wrong method is 200, as the protocol wants it. It says when it was made: not kept."""
    if request.method not in METHODS:
        refused = problems.response(request, 405)
        refused["Allow"] = ", ".join(METHODS)
        return refused
    at = complete_until()  # before anything is read
    pairs = [
        (name, value)
        for data in (request.GET, request.POST)
        for name, values in data.lists()
        for value in values
    ]
    arguments: Arguments = {}
    try:
        verb, arguments = read_arguments(pairs)
        content = element(arguments["verb"], verb.answer(arguments))
    except Refusal as error:
        arguments = {} if error.code in ("badVerb", "badArgument") else dict(pairs)
        content = text_element("error", str(error), code=error.code)
    text = element(
        "OAI-PMH",
        text_element("responseDate", stamp(at)),
        text_element("request", base_url(), **arguments),
        content,
        **{"xmlns": ENVELOPE, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{ENVELOPE} {ENVELOPE}OAI-PMH.xsd"},
    )
    return HttpResponse(
        DECLARATION + text, content_type="text/xml; charset=UTF-8", headers={"Cache-Control": "no-store"}
    )


def base_url() -> str:
    return f"{settings.BASE_URL}/oai"


def complete_until() -> datetime:
    """The moment up to which answers tell of everything: who harvests from then on misses nothing.

    A step that is under way has times after the newest change that is seen, and began at most ``LONGEST_STEP`` ago.
    """
    _name, _seq, at = newest_standing()
    moment = timezone.now() - LONGEST_STEP
    return max(moment, at) if at else moment


def read_arguments(pairs: list[tuple[str, str]]) -> tuple[Verb, Arguments]:
    """What is asked, checked by the rules of its verb; or ``Refusal``."""
    named = [value for name, value in pairs if name == "verb"]
    if len(named) != 1 or named[0] not in OAI_VERBS:
        raise Refusal("badVerb", "Name one verb: " + ", ".join(OAI_VERBS) + ".")
    verb, arguments = OAI_VERBS[named[0]], dict(pairs)
    given = arguments.keys() - {"verb"}
    known = {*verb.required, *verb.optional, *(["resumptionToken"] if verb.is_long else [])}
    if unknown := sorted(given - known):
        raise Refusal("badArgument", f"{named[0]} has no such argument: {', '.join(unknown)[:200]}.")
    if repeated := [name for name, number in Counter(name for name, _ in pairs).items() if number > 1]:
        raise Refusal("badArgument", f"An argument can stand once only: {', '.join(repeated)}.")
    if "resumptionToken" in given:
        if len(given) > 1:
            raise Refusal("badArgument", "A resumption token stands alone, with its verb.")
        if not is_legal(arguments["resumptionToken"]):
            raise Refusal("badArgument", "XML cannot hold the signs of this resumption token.")
        return verb, arguments
    if missing := [name for name in verb.required if name not in given]:
        raise Refusal("badArgument", f"{named[0]} needs {' and '.join(missing)}.")
    for name in sorted(given):
        is_wrong = (
            not NAME_AS_URI.fullmatch(arguments[name])
            if name == "identifier"
            else is_misspelt(name, arguments[name])
        )
        if is_wrong or not arguments[name]:
            raise Refusal("badArgument", f"This is not how {name} is written.")
    _check_window(arguments.get("from", ""), arguments.get("until", ""))
    return verb, arguments


def _check_window(since: str, until: str) -> None:
    if since and until and len(since) != len(until):
        raise Refusal("badArgument", "from and until are both days, or both times to the second.")
    first, last = read_stamp(since), read_stamp(until)
    if first and last and first > last:
        raise Refusal("badArgument", "from is later than until.")


# The answers


def identify(arguments: Arguments) -> str:
    rows = Publication.objects.of(*kinds_by_name())
    earliest = rows.aggregate(earliest=Min("modified_at"))["earliest"]
    return "".join(
        (
            text_element("repositoryName", CATALOGUE_TITLE),
            text_element("baseURL", base_url()),
            text_element("protocolVersion", "2.0"),
            text_element("adminEmail", admin_email()),
            text_element("earliestDatestamp", stamp(earliest or complete_until())),
            text_element("deletedRecord", "persistent"),
            text_element("granularity", "YYYY-MM-DDThh:mm:ssZ"),
            _scheme_of_identifiers(),
        )
    )


def admin_email() -> str:
    """The contact that the settings name; else the mailbox that each web site should have (RFC 2142)."""
    return CONTACT if E_MAIL.fullmatch(CONTACT) else f"webmaster@{domain()}"


def _scheme_of_identifiers() -> str:
    """How identifiers are made, with one as an example.

    The scheme asks for a domain name, which a machine of one's own may not have.
    """
    first = Publication.objects.of(*kinds_by_name()).order_by("pk").only("kind", "uuid").first()
    if first is None or not DOMAIN_NAME.fullmatch(domain()):
        return ""
    return element(
        "description",
        element(
            "oai-identifier",
            text_element("scheme", "oai"),
            text_element("repositoryIdentifier", domain()),
            text_element("delimiter", ":"),
            text_element("sampleIdentifier", oai_identifier(first)),
            **{
                "xmlns": OAI_IDENTIFIER,
                "xmlns:xsi": XSI,
                "xsi:schemaLocation": f"{OAI_IDENTIFIER} {OAI_IDENTIFIER}.xsd",
            },
        ),
    )


def list_metadata_formats(arguments: Arguments) -> str:
    forms = list(METADATA_FORMATS.values())
    if "identifier" in arguments:
        row = _known(arguments["identifier"])
        if row.state != Publication.State.PUBLISHED:
            raise Refusal("noMetadataFormats", "The record was withdrawn: nothing is left to be told of it.")
        forms = [form for form in forms if _is_there(row, form)]
    return "".join(
        element(
            "metadataFormat",
            text_element("metadataPrefix", form.prefix),
            text_element("schema", form.schema),
            text_element("metadataNamespace", form.namespace),
        )
        for form in forms
    )


def list_sets(arguments: Arguments) -> str:
    if "resumptionToken" in arguments:
        raise Refusal("badResumptionToken", "The sets are told at once: no resumption token was given out.")
    return "".join(
        element("set", text_element("setSpec", spec), text_element("setName", name))
        for spec, name in all_sets()
    )


def get_record(arguments: Arguments) -> str:
    row, form = _known(arguments["identifier"]), _form(arguments["metadataPrefix"])
    if not _is_there(row, form):
        raise Refusal("cannotDisseminateFormat", f"This record is not there as {form.prefix}.")
    return "".join(records(Harvest("GetRecord", form.prefix), form, [row], is_whole=True))


def list_records(arguments: Arguments) -> str:
    return _list(arguments, is_whole=True)


def list_identifiers(arguments: Arguments) -> str:
    return _list(arguments, is_whole=False)


def _list(arguments: Arguments, *, is_whole: bool) -> str:
    """A page. At most eight queries, however long the list is."""
    database = newest_standing()[0] or ""
    harvest = _resumed(arguments, database) if "resumptionToken" in arguments else _begun(arguments, database)
    form = _form(harvest.prefix)
    rows, token = harvest.page(form)
    if not rows:
        raise Refusal("noRecordsMatch", "Nothing in this set changed within this time, or no more of it.")
    return "\n".join((*records(harvest, form, rows, is_whole=is_whole), token))


def _begun(arguments: Arguments, database: str) -> Harvest:
    return Harvest(
        arguments["verb"],
        arguments["metadataPrefix"],
        arguments.get("set", ""),
        arguments.get("from", ""),
        arguments.get("until", ""),
        database=database,
    )


def _resumed(arguments: Arguments, database: str) -> Harvest:
    harvest = Harvest.resumed(arguments["resumptionToken"])
    if harvest is None or (harvest.verb, harvest.database) != (arguments["verb"], database):
        raise Refusal(
            "badResumptionToken",
            "This list gave out no such token, or the content was made anew: start again.",
        )
    return harvest


def _is_there(row: Publication, form: MetadataFormat) -> bool:
    """Can a record, or what is left of it, be told of in this form?"""
    if row.state != Publication.State.PUBLISHED or not form.is_of(kinds_by_name()[row.kind]):
        return form.is_of(kinds_by_name()[row.kind])
    return form.suits(next(descriptions_of([row])))


def _form(prefix: str) -> MetadataFormat:
    if prefix not in METADATA_FORMATS:
        raise Refusal(
            "cannotDisseminateFormat", "There is no such form: ListMetadataFormats names those there are."
        )
    return METADATA_FORMATS[prefix]


def _known(identifier: str) -> Publication:
    row = publication_named(identifier)
    if row is None:
        raise Refusal("idDoesNotExist", "There is no record with this identifier.")
    return row


OAI_VERBS = {
    "Identify": Verb(identify),
    "ListMetadataFormats": Verb(list_metadata_formats, optional=("identifier",)),
    "ListSets": Verb(list_sets, is_long=True),
    "GetRecord": Verb(get_record, required=("identifier", "metadataPrefix")),
    "ListIdentifiers": Verb(
        list_identifiers, required=("metadataPrefix",), optional=("from", "until", "set"), is_long=True
    ),
    "ListRecords": Verb(
        list_records, required=("metadataPrefix",), optional=("from", "until", "set"), is_long=True
    ),
}
