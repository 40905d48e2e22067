"""The pages of a report: the form, and where it stands by its receipt number. Nothing here knows a working copy."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from media4sec.corrections.forms import CorrectionForm
from media4sec.corrections.limits import seconds_to_wait
from media4sec.corrections.models import CONTACT_KEPT, Correction
from media4sec.corrections.progress import heading_of, stages_of
from media4sec.corrections.protection import is_foreign, new_token, read_token
from media4sec.corrections.receipts import read_receipt
from media4sec.kinds import kinds_by_name
from media4sec.portal.addresses import stated
from media4sec.portal.errors import DATABASE_FAILURES
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.publications.models import Publication
from media4sec.read_only import is_read_only

MAX_RECORD = 200
RETRY_AFTER_FAILURE = 60  # seconds


@dataclass(frozen=True)
class Subject:
    """What a report is about: a record that is or was public, or (all empty) the site."""

    kind_name: str = ""
    identifier: str = ""
    title: str = ""
    url: str = ""
    plate: str = ""

    @property
    def record(self):
        return f"{self.kind_name}:{self.identifier}" if self.identifier else ""

    @property
    def kind(self):
        return kinds_by_name().get(self.kind_name)


def subject_of(record):
    """What ``kind:identifier`` means to the public, or None: a draft is as unknown as what never was."""
    if not record:
        return Subject()
    kind_name, _, identifier = record.partition(":")
    kind = kinds_by_name().get(kind_name)
    if kind is None or not identifier or len(record) > MAX_RECORD or "\0" in record:
        return None
    found = Publication.objects.filter(kind=kind_name, identifier=identifier).first()
    if found is None:
        return None
    return Subject(
        kind_name=kind_name,
        identifier=identifier,
        title=found.title,
        url=found.url if found.state == Publication.State.PUBLISHED else "",
        plate=identifier if kind.identifier.is_shown or not found.title else "",
    )


def only_named(record):
    """What a report is about, where nothing more than its name can be said."""
    kind_name, _, identifier = record.partition(":")
    return Subject(kind_name, identifier, plate=identifier)


@csrf_exempt  # Django's own needs a cookie; `receive` has another protection
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def new(request):
    """The form, about the record that the address names. Only POST keeps anything."""
    try:
        return form_or_receipt(request)
    except DATABASE_FAILURES:
        record = request.GET.get("record", "")
        nonce, _ = read_token(request.POST.get("token", ""), record)
        if not nonce or is_foreign(request):  # a form that is not ours, or none
            raise
    given_back = form_page(
        request, only_named(record), CorrectionForm(request.POST), status=503, nonce=nonce, problem="failure"
    )
    given_back["Retry-After"] = str(RETRY_AFTER_FAILURE)
    return given_back


def form_or_receipt(request):
    if request.method == "POST" and body_length(request) > settings.CORRECTIONS_MAX_BODY:
        return HttpResponse(status=413)
    errors = unknown_in(request.GET, ("record",))
    subject = subject_of(request.GET.get("record", ""))
    if subject is None or len(request.GET.getlist("record")) > 1:
        errors.append(("record", gettext("There is no such record.")))
    if errors:
        return refuse(request, errors)
    if request.method == "POST":
        return receive(request, subject)
    return form_page(request, subject, CorrectionForm())


def receive(request, subject):
    """Keep a report and lead to its receipt; where that cannot be, say why and give the text back."""
    if is_foreign(request):  # nothing of what it sent is shown, or it could put words into a visitor's mouth
        return form_page(request, subject, CorrectionForm(), status=403, problem="foreign")
    form = CorrectionForm(request.POST)
    nonce, is_fresh = read_token(request.POST.get("token", ""), subject.record)
    if not form.is_valid():
        return form_page(request, subject, form, status=400, nonce=nonce)
    if nonce and (earlier := Correction.objects.filter(submission=nonce).first()):
        return sent_before(request, subject, form, earlier)
    if not is_fresh:
        return form_page(request, subject, form, status=400, nonce=nonce, problem="stale")
    if seconds := seconds_to_wait(request):
        more = {"problem": "many", "wait_minutes": -(-seconds // 60)}
        answer = form_page(request, subject, form, status=429, nonce=nonce, **more)
        answer["Retry-After"] = str(seconds)
        return answer
    correction = Correction(
        submission=nonce,
        kind_name=subject.kind_name,
        identifier=subject.identifier,
        title=subject.title,
        language=get_language(),
        **form.values,
    )
    try:
        with transaction.atomic():
            correction.save()
    except IntegrityError:  # the same form, pressed twice, and the other one was quicker
        return sent_before(request, subject, form, Correction.objects.get(submission=nonce))
    return to_receipt(correction)


def body_length(request):
    """How much a request says it brings; Django reads no more than that."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise BadRequest("The length of the request is not a number.") from error


def sent_before(request, subject, form, earlier):
    """The same form once more: with the same words it is the same report, with others it becomes a new form."""
    if form.values == {name: getattr(earlier, name) for name in form.values}:
        return to_receipt(earlier)
    return form_page(request, subject, form, status=409, problem="twice", earlier=earlier)


def to_receipt(correction):
    answer = HttpResponseRedirect(reverse("correction", args=[correction.receipt]))
    answer.status_code = 303
    return answer


def form_page(request, subject, form, status=200, nonce="", problem="", **more):
    """The form with what was typed; ``nonce`` names the form that it still is."""
    data = form.data if form.is_bound else {}
    errors = errors_of(form)
    context = {
        "crumbs": crumbs(subject, gettext("Suggest a correction")),
        "subject": subject,
        "values": {name: data.get(name, "") for name in form.fields if name != "leave_empty"},
        "errors": errors,
        "failed": dict.fromkeys(form.fields, "") | {error["name"]: error["text"] for error in errors},
        "problem": problem,
        "only_reads": is_read_only(),
        "earlier": None,
        "wait_minutes": 0,
        "token": new_token(subject.record, nonce),
        "categories": Correction.Category.choices,
        "max_text": settings.CORRECTIONS_MAX_TEXT,
        "form_hours": settings.CORRECTIONS_FORM_HOURS,
        "contact_days": CONTACT_KEPT.days,
        **more,
    }
    return render(request, "corrections/new.html", context, status=status)


def errors_of(form):
    """The error summary: one line for each field, which leads to it."""
    first = {"category": "category-0", "leave_empty": "send"}
    return [
        {"text": messages[0], "field_id": first.get(name, name), "name": name}
        for name, messages in form.errors.items()
    ]


def crumbs(subject, title):
    found = [{"title": gettext("Home"), "url": "/"}]
    if subject.url:
        found.append({"title": subject.plate or subject.title, "url": subject.url})
    return [*found, {"title": title, "url": None}]


@require_safe
def index(request):
    """How reports are dealt with, and the way to one by its number."""
    if errors := unknown_in(stated(request.GET), ("receipt",)):
        return refuse(request, errors)
    typed = request.GET.get("receipt", "")
    if typed:
        return correction(request, typed)
    return index_page(request)


def index_page(request, typed="", status=200):
    context = {
        "crumbs": crumbs(Subject(), gettext("Corrections")),
        "typed": typed[:40],
        "is_unknown": bool(typed),
        "looks_wrong": bool(typed) and read_receipt(typed) is None,
        "contact_days": CONTACT_KEPT.days,
    }
    return render(request, "corrections/index.html", context, status=status)


@require_safe
@cache_control(no_store=True)
def correction(request, receipt):
    """Where a report stands, for whoever has its number: neither its text nor who sent it."""
    number = read_receipt(receipt)
    found = Correction.objects.filter(receipt=number).first() if number else None
    if found is None:
        return index_page(request, receipt, status=404)
    address = reverse("correction", args=[number])
    if request.path != address:
        return HttpResponseRedirect(address)
    if errors := unknown_in(stated(request.GET)):
        return refuse(request, errors)
    subject = subject_of(found.record) or only_named(found.record)
    title = gettext("Report %(receipt)s") % {"receipt": found.receipt}
    context = {
        "crumbs": crumbs(subject, title),
        "title": title,
        "correction": found,
        "subject": subject,
        "heading": heading_of(found),
        "stages": stages_of(found),
        "received_on": timezone.localdate(found.received_at),
        "is_late": bool(found.due_at) and found.due_at <= timezone.now(),
    }
    return render(request, "corrections/receipt.html", context)
