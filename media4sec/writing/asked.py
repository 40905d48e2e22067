"""What a request of the writing API says, and how it is refused where that cannot be."""

import re
from datetime import UTC
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404

from media4sec.records import policy
from media4sec.records.folder_io import parsed
from media4sec.records.importing.reading import MOST_TOLD
from media4sec.records.models import MOST_IN_NOTE, Record, Revision
from media4sec.texts import cleaned

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
MOST_IN_BODY = 2 * 2**20  # bytes; the longest document of the portal has some 13,000
ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')


class RequestRefused(Exception):
    """A request that is not done, with the status, a sentence, and what is wrong where: ``{pointer or parameter}``."""

    def __init__(self, status, says, errors=(), **headers):
        super().__init__(says)
        self.status, self.errors, self.headers = HTTPStatus(status), list(errors), headers


def refused_fields(faults, says="The document is not valid."):
    """``[(pointer, message), …]`` as a refusal."""
    errors = [{"pointer": pointer, "detail": message} for pointer, message in faults[:MOST_TOLD]]
    return RequestRefused(422, says, errors)


def pointer_to(*names):
    """A place in a JSON document (RFC 6901)."""
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def object_in(request, media_type=JSON, *, is_optional=False):
    """The JSON object that was sent."""
    try:
        body = request.body
    except RequestDataTooBig:
        body = b" " * (MOST_IN_BODY + 1)
    if len(body) > MOST_IN_BODY:
        raise RequestRefused(413, f"A body has at most {MOST_IN_BODY // 2**20} MB.")
    if is_optional and not body.strip():
        return {}
    is_coded = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    if request.content_type != media_type or is_coded:
        accepts = {"Accept-Patch": media_type} if media_type == MERGE_PATCH else {"Accept": media_type}
        raise RequestRefused(415, f"Send it as {media_type}, in UTF-8, not compressed.", **accepts)
    try:
        found = parsed(body)
    except ValueError as error:
        raise RequestRefused(400, str(error)) from error
    if not isinstance(found, dict):
        raise RequestRefused(400, "Send one JSON object: {…}.")
    return found


def parameters_in(request, *known):
    """``{name: value}`` of what is asked in the address; each stands once and says something."""
    errors = []
    for name, values in request.GET.lists():
        if name not in known:
            errors.append((name, "There is no such parameter here."))
        elif len(values) > 1:
            errors.append((name, "It stands here once only."))
        elif not values[0].strip() or "\0" in values[0]:
            errors.append((name, "Give it a value."))
    if errors:
        raise refused_parameters(errors)
    return request.GET.dict()


def refused_parameters(errors):
    """``[(parameter, what is wrong with it), …]`` as a refusal."""
    errors = [(name[:200], says) for name, says in errors[:50]]
    says = "; ".join(f"{name}: {text}" for name, text in errors)[:1000]
    return RequestRefused(400, says, [{"parameter": name, "detail": text} for name, text in errors])


def note_in(parameters):
    """What was said of a version."""
    try:
        return cleaned(parameters.get("note", ""), most=MOST_IN_NOTE)
    except ValidationError as error:
        raise refused_parameters([("note", " ".join(error.messages))]) from error


# Which version


def with_tags(records):
    """The records with the moment of their newest version, which ``tag_of`` and lists ask."""
    newest = Revision.objects.filter(record=OuterRef("pk"), number=OuterRef("edit_version"))
    return records.annotate(kept_at=Subquery(newest.values("saved_at")))


def moment_of(at):
    """A time as machines write it, in UTC; None where there is none."""
    return at and at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def tag_of(record):
    """The ETag of a working copy: its version, and when that was kept, as a number may return with an older backup."""
    moment = int(record.kept_at.timestamp() * 1_000_000) if record.kept_at else 0
    return f'"{record.edit_version}-{moment:x}"'


def is_among(tag, header):
    """Does a condition name this tag?"""
    return tag in [f'"{text}"' for weak, text in ENTITY_TAG.findall(header) if not weak]


def refuse_other_version(request, record):
    """Who changes something says what they have seen of it."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        says = "Say which version you have seen: “If-Match:” with the ETag of the working copy."
        raise RequestRefused(428, says)
    if not is_among(tag_of(record), given):
        says = f"Version {record.edit_version} is there now. Nothing was done: read it, and decide again."
        raise RequestRefused(412, says, ETag=tag_of(record))


def visible_copy(user, kind, identifier):
    """The working copy, for those who may see it; for others there is none."""
    if not identifier.isprintable():  # what no database can hold is in none
        raise Http404
    rows = Record.objects.filter(kind_name=kind.name, identifier=identifier).select_related("owner")
    record = with_tags(policy.visible(user, rows)).first()
    if record is None:
        raise Http404
    return record


def locked_copy(request, kind, identifier, right):
    """The working copy, locked, as the version that was seen, for those who have this right. Within a transaction."""
    record = visible_copy(request.user, kind, identifier)
    policy.require(request.user, right, record)
    Record.objects.select_for_update(no_key=True).filter(pk=record.pk).first()
    record = visible_copy(request.user, kind, identifier)  # somebody may have saved meanwhile
    policy.require(request.user, right, record)
    refuse_other_version(request, record)
    return record
