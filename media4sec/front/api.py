"""The API's routes and its description. The one place where public views meet the documents that shape them."""

from functools import cache

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.routers import SimpleRouter

from media4sec.interchange.rest import DEFAULT_LIMIT, MAX_LIMIT, PublicViewSet
from media4sec.kinds import kinds
from media4sec.problems import fixed, require_safe
from media4sec.publications.lists import MAX_VALUE, MAX_VALUES, MAX_WORDS, facets_of
from media4sec.publications.sorting import by_words
from media4sec.records.documents.fields import (
    LEFT_OUT_EMPTY,
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    StoredFileField,
    TagField,
)
from media4sec.records.documents.reading import writer
from media4sec.stored import SUFFIXES

# A parameter without a value is refused; Python takes some signs for white space that other languages do not.
SAYS_SOMETHING = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"


class ReferenceSchema(serializers.Serializer):
    """Another record, as a document names it."""

    kind = serializers.CharField()
    id = serializers.CharField(help_text="The identifier within its kind.")
    label = serializers.CharField()
    url = serializers.URLField(help_text="The public page.")


class SourceSchema(serializers.Serializer):
    """One use of a source."""

    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)
    dated_on = serializers.CharField(
        allow_blank=True, help_text="The source’s own date, to the day, month or year; empty: it bears none."
    )
    accessed_on = serializers.DateField(allow_null=True)
    locator = serializers.CharField(allow_blank=True, help_text="Page or place in the source.")
    supports = serializers.ListField(
        child=serializers.CharField(), help_text="Fields it supports; empty: the record as a whole."
    )


class CoverSchema(serializers.Serializer):
    """A picture of the first page."""

    url = serializers.URLField()


class FileSchema(serializers.Serializer):
    """A picture, or the PDF of the document that the record is about."""

    url = serializers.URLField()
    digest = serializers.RegexField("^[0-9a-f]{64}$", help_text="SHA-256.")
    media_type = serializers.ChoiceField(choices=list(SUFFIXES))
    bytes = serializers.IntegerField()
    width = serializers.IntegerField(help_text="In pixels; of a PDF, that of its cover.")
    height = serializers.IntegerField()
    pages = serializers.IntegerField(allow_null=True, help_text="Of a PDF.")
    cover = CoverSchema(required=False, help_text="Of a PDF.")


class ProblemErrorSchema(serializers.Serializer):
    parameter = serializers.CharField()
    detail = serializers.CharField()


class ProblemSchema(serializers.Serializer):
    """What went wrong (RFC 9457)."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    errors = ProblemErrorSchema(many=True, required=False)
    reason = serializers.CharField(required=False)
    successor = serializers.URLField(required=False, allow_null=True)


def public_field(name, field, stem):
    """The field of the public document for a field of the working document."""
    if isinstance(field, (OrderedReferences, AnyReferences)):
        return ReferenceSchema(many=True)
    if isinstance(field, Reference):
        return ReferenceSchema(allow_null=True)
    if isinstance(field, CitationField):
        return SourceSchema(many=True)
    if isinstance(field, TagField):
        return serializers.ListField(child=serializers.CharField())
    if isinstance(field, StoredFileField):
        return FileSchema()
    if isinstance(field, serializers.ListSerializer):
        part = public_serializer(f"{stem}{name.title().replace('_', '')}", field.child)
        return part(many=True, required=name not in LEFT_OUT_EMPTY)
    return field


def public_serializer(stem, working, **first):
    """A serializer class that describes the public form of a document."""
    fields = dict(first)
    for name, field in working.fields.items():
        if name not in first:
            fields[name] = public_field(name, field, stem)
            if fields[name] is field:
                fields[name] = type(field)(
                    *field._args, **{**field._kwargs, "required": True, "read_only": False}
                )
            if hasattr(working, "Meta") and fields[name].help_text is None:
                fields[name].help_text = field.help_text
    return type(f"{stem}Schema", (serializers.Serializer,), fields)


@cache
def schema_of(kind):
    stem = kind.names.one.title().replace(" ", "")
    return public_serializer(
        stem,
        writer(kind.name),
        kind=serializers.CharField(),
        identifier=serializers.CharField(),
        uuid=serializers.UUIDField(),
        url=serializers.URLField(help_text="The public page."),
        newest_source_on=serializers.CharField(
            allow_blank=True, help_text="The date of the newest source, to the day, month or year."
        ),
        newest_source_basis=serializers.ChoiceField(
            choices=["dated", "read"],
            allow_blank=True,
            help_text="`dated`: a source bears that date; `read`: none does, and it was read then.",
        ),
    )


def page_schema(kind):
    stem = kind.names.one.title().replace(" ", "")
    page = type(
        f"{stem}PageSchema",
        (serializers.Serializer,),
        {
            "count": serializers.IntegerField(required=False, help_text="Only with count=true."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": schema_of(kind)(many=True),
        },
    )
    return extend_schema_serializer(many=False)(page)  # one page, although the action is called a list


def problems(*statuses):
    return {
        (status, "application/problem+json"): OpenApiResponse(ProblemSchema, description=text)
        for status, text in PROBLEMS.items()
        if status in statuses
    }


PROBLEMS = {
    400: (
        "A parameter is not known, has no value or one that is not known, or stands twice where it can have one "
        "value only: each is named. Case and accents of a filter’s value do not matter."
    ),
    404: "There is no such record.",
    406: "Only application/json is offered.",
    410: "The record was withdrawn: why, and what to use instead.",
}


def parameters_of(kind):
    """The same filters as the pages have, and paging."""
    found = [
        OpenApiParameter(
            "q",
            {"type": "string", "pattern": SAYS_SOMETHING, "maxLength": MAX_WORDS},
            description=gettext("Words to be found together; the last may be cut off."),
        ),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            description=gettext("How many results a page has."),
        ),
        OpenApiParameter(
            "cursor",
            {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            description=gettext("From “next” or “previous” of an answer to the same question."),
        ),
        OpenApiParameter(
            "count",
            {"type": "string", "enum": ["true", "false"]},
            description=gettext("Also count the hits."),
        ),
    ]
    found += [
        OpenApiParameter(
            facet.name,
            {
                "type": "array",
                "items": {"type": "string", "pattern": SAYS_SOMETHING, "maxLength": MAX_VALUE},
                "minItems": 1,
                "maxItems": MAX_VALUES,
            },
            description=gettext("%(title)s. Repeat it for “or”; different filters are “and”.")
            % {"title": facet.title},
        )
        for facet in facets_of((kind,))
    ]
    return found


def viewset(kind):
    """The view set of one kind, with its description."""
    described = extend_schema_view(
        list=extend_schema(
            operation_id=f"list_{kind.plural.replace('-', '_')}",
            summary=f"{kind.names.many}, page by page",
            tags=[kind.names.many],
            parameters=parameters_of(kind),
            responses={200: page_schema(kind), **problems(400, 406)},
        ),
        retrieve=extend_schema(
            operation_id=f"get_{kind.name.replace('-', '_')}",
            summary=f"One {kind.names.one.lower()}",
            tags=[kind.names.many],
            parameters=[OpenApiParameter("identifier", str, OpenApiParameter.PATH)],
            responses={200: schema_of(kind), **problems(400, 404, 406, 410)},
        ),
    )
    return described(
        type(f"{kind.names.one.title().replace(' ', '')}ViewSet", (PublicViewSet,), {"kind": kind})
    )


router = SimpleRouter()
with translation.override(settings.LANGUAGE_CODE):  # the first page asked for may speak another language
    for _kind in kinds():
        router.register(_kind.plural, viewset(_kind), basename=_kind.name)


@cache
def schema():
    """The OpenAPI document, made once."""
    patterns = [path("api/v1/", include(router.urls))]
    with translation.override(settings.LANGUAGE_CODE):
        return _any_of(SchemaGenerator(patterns=patterns).get_schema(request=None, public=True))


def _any_of(node):
    """Where a text may be empty or an address: who does not check formats sees an empty one fit both."""
    if isinstance(node, list):
        return [_any_of(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {"anyOf" if name == "oneOf" else name: _any_of(value) for name, value in node.items()}


@require_safe
@fixed
def openapi(request):
    response = JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def reference(request):
    """The description for people, in their language: every call with a line to run."""
    groups = [
        {
            "kind": kind,
            "address": f"/api/v1/{kind.plural}/",
            "parameters": [
                {"name": parameter.name, "text": parameter.description} for parameter in parameters_of(kind)
            ],
        }
        for kind in sorted(kinds(), key=lambda kind: by_words(kind.names.many))
    ]
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Data & API"), "url": None}]
    context = {"crumbs": crumbs, "groups": groups}
    return render(request, "front/api.html", context)


urlpatterns = [path("openapi.json", openapi, name="openapi"), path("", include((router.urls, "api")))]
