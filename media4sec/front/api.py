"""The API's routes and its description. The one place where public views meet the documents that shape them."""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import include, path, re_path
from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.routers import SimpleRouter

from media4sec.front.openapi import complete, concepts_behind
from media4sec.front.shapes import (
    ChangesSerializer,
    FacetsSerializer,
    FileSerializer,
    HitPageSerializer,
    IncomingPageSerializer,
    LinksSerializer,
    RecordPartSerializer,
    ReferenceSerializer,
    RelatedSerializer,
    ResponsibleUseSerializer,
    RootSerializer,
    SourceSerializer,
    TombstoneSerializer,
    VersionPageSerializer,
    VersionSerializer,
)
from media4sec.interchange.api.beside import incoming_to, related_to, use_of, version_of, versions_of
from media4sec.interchange.api.changes import DEFAULT_CHANGES, MOST_CHANGES, changes
from media4sec.interchange.api.rest import DEFAULT_LIMIT, MAX_LIMIT, PublicViewSet
from media4sec.interchange.api.root import root
from media4sec.interchange.api.searching import MOST_HITS, search_all
from media4sec.interchange.api.values import LONGEST_FIND, MOST_COUNTED, facets_answer
from media4sec.kinds import NO_VALUE, Role, Slug, kind_for, kinds
from media4sec.portal.parameters import without_parameters
from media4sec.problems import fixed, require_safe
from media4sec.publications.lists import MAX_VALUE, MAX_VALUES, MAX_WORDS, SEARCH_FACETS, facets_of
from media4sec.publications.sorting import by_words, orders_of
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

GET_AND_HEAD = ["GET", "HEAD"]
# A parameter without a value is refused; Python takes some signs for white space that other languages do not.
SAYS_SOMETHING = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"


def public_field(name, field, stem):
    """The field of the public document for a field of the working document."""
    if isinstance(field, (OrderedReferences, AnyReferences)):
        return ReferenceSerializer(many=True)
    if isinstance(field, Reference):
        return ReferenceSerializer(allow_null=True)
    if isinstance(field, CitationField):
        return SourceSerializer(many=True)
    if isinstance(field, TagField):
        return serializers.ListField(child=serializers.CharField())
    if isinstance(field, StoredFileField):
        return FileSerializer()
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
    return type(f"{stem}Serializer", (serializers.Serializer,), fields)


@cache
def schema_of(kind):
    stem = kind.shape
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
        version=serializers.IntegerField(
            help_text="Of the record; its earlier ones can be read at its page."
        ),
        issued=serializers.DateTimeField(help_text="When it was first published."),
        updated=serializers.DateTimeField(help_text="When readers last saw it change."),
        license=serializers.URLField(help_text="Of our texts; what they describe has licences of its own."),
        links=LinksSerializer(),
    )


def whole_or_part(kind):
    """A record, or the fields of it that were asked for."""
    shapes = [schema_of(kind), RecordPartSerializer]
    return PolymorphicProxySerializer(f"{kind.shape}OrPart", shapes, resource_type_field_name=None)


def either(kind):
    """A record, or what is left of it, where that was asked for."""
    stem = kind.shape
    shapes = PolymorphicProxySerializer(
        f"{stem}OrTombstone",
        [schema_of(kind), TombstoneSerializer, RecordPartSerializer],
        resource_type_field_name=None,
        many=True,
    )
    return extend_schema_field(shapes)(type("Results", (serializers.ListField,), {}))()


def page_schema(kind):
    stem = kind.shape
    page = type(
        f"{stem}PageSerializer",
        (serializers.Serializer,),
        {
            "count": serializers.IntegerField(required=False, help_text="Only with count=true."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": either(kind),
        },
    )
    return extend_schema_serializer(many=False)(page)  # one page, although the action is called a list


def problems(*statuses):
    """What else it can answer; in which words and headers, ``media4sec.front.openapi`` says."""
    return {status: OpenApiResponse(description="") for status in (*statuses, 405, 412)}


def words_parameter(*, is_required=False):
    return OpenApiParameter(
        "q",
        {"type": "string", "pattern": SAYS_SOMETHING, "maxLength": MAX_WORDS},
        required=is_required,
        description=gettext("Words to be found together; the last may be cut off."),
    )


def identifier_parameter(example):
    return OpenApiParameter(
        "identifier",
        {"type": "string", "examples": [example]},
        OpenApiParameter.PATH,
        description="The record’s own, such as its number; it never changes.",
    )


def cursor_parameter():
    return OpenApiParameter(
        "cursor",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        description=gettext("From “next” or “previous” of an answer to the same question."),
    )


def paging(most=MAX_LIMIT):
    """Every answer that comes in pages takes these."""
    return [
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": most, "default": min(DEFAULT_LIMIT, most)},
            description=gettext("How many results a page has."),
        ),
        cursor_parameter(),
        OpenApiParameter(
            "count",
            {"type": "string", "enum": ["true", "false"]},
            description=gettext("Also count the hits."),
        ),
    ]


def filters_of(kinds, facets):
    """The filters of a list; those whose values are known beforehand name them."""
    return [
        OpenApiParameter(
            facet.name,
            {"type": "array", "minItems": 1, **known_values(kinds, facet), **concepts_behind(facet)},
            description=gettext("%(title)s. Repeat it for “or”; different filters are “and”.")
            % {"title": facet.title},
        )
        for facet in facets
    ]


def known_values(kinds, facet):
    """What a filter may be asked for. Of a closed one all values are named, as the documents have them."""
    known = list(facet.choices.values) if facet.choices else []
    if facet.source == "kind":
        known = [kind.name for kind in kinds]
    if known:
        return {"items": {"type": "string", "enum": [*map(str, known), *([NO_VALUE] if facet.empty else [])]}}
    text = {"type": "string", "pattern": SAYS_SOMETHING, "maxLength": MAX_VALUE}
    return {"items": text, "maxItems": MAX_VALUES}


def parameters_of(kind):
    """The same filters as the pages have, and paging."""
    found = [words_parameter(), *paging()]
    found += [fields_of(kind), *narrowing()]
    found.append(
        OpenApiParameter(
            "sort",
            {
                "type": "string",
                "enum": [f"{sign}{name}" for name in orders_of((kind,)) for sign in ("", "-")],
            },
            description=gettext(
                "The order, as on the page; “-” before it turns it round. Without it, records come in the order in "
                "which they were first published, and the hits for words with the best first."
            ),
        )
    )
    return found + filters_of((kind,), facets_of((kind,)))


def fields_of(kind):
    """Documents may be asked for in part."""
    names = {"$ref": f"#/components/schemas/{kind.shape}Field"}
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": names, "minItems": 1},
        explode=False,
        description=gettext(
            "Only these fields of each document, with commas between them; kind, identifier, uuid and url are "
            "always there."
        ),
    )


MOMENT_SHAPE = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}


def narrowing():
    """What a list can be narrowed down by besides its filters."""
    return [
        OpenApiParameter(
            "ids",
            {"type": "string", "pattern": f"^{Slug.shape}(?:,{Slug.shape})*$"},
            description=gettext("Only these identifiers, with commas between them; %(number)s at most.")
            % {"number": MAX_LIMIT},
        ),
        OpenApiParameter(
            "updated_since",
            MOMENT_SHAPE,
            description=gettext("Only what changed at this time or later: 2026-11-29T08:00:00Z, or a day."),
        ),
        OpenApiParameter(
            "updated_before", MOMENT_SHAPE, description=gettext("Only what changed before this time.")
        ),
        OpenApiParameter(
            "include_deleted",
            {"type": "string", "enum": ["true", "false"]},
            description=gettext(
                "Also what was withdrawn, as tombstones; not together with filters or words."
            ),
        ),
    ]


def sends(kind):
    """The operation that sends one record."""
    return f"get_{kind.name.replace('-', '_')}"


def viewset(kind):
    """The view set of one kind, with its description."""
    described = extend_schema_view(
        list=extend_schema(
            operation_id=f"list_{kind.plural.replace('-', '_')}",
            summary=f"{kind.names.many}, page by page",
            description=str(kind.names.lead),
            tags=[kind.names.many],
            parameters=parameters_of(kind),
            responses={200: page_schema(kind), **problems(400, 406)},
        ),
        retrieve=extend_schema(
            operation_id=sends(kind),
            summary=f"One {kind.names.one.lower()}",
            description="The record as it is public now.",
            tags=[kind.names.many],
            parameters=[identifier_parameter(kind.identifier.example), fields_of(kind)],
            responses={200: whole_or_part(kind), **problems(400, 404, 406, 410)},
        ),
    )
    own = {"kind": kind, "fields": tuple(schema_of(kind)().fields)}
    return described(type(f"{kind.shape}ViewSet", (PublicViewSet,), own))


OF_ALL_KINDS = "Whole base"  # what is not of one kind


@extend_schema(
    operation_id="root",
    summary="What there is",
    description="Which kinds of records there are, how many, and all the addresses of each.",
    tags=[OF_ALL_KINDS],
    responses={200: RootSerializer, **problems(400, 406)},
)
@api_view(GET_AND_HEAD)
def described_root(request):
    return root(request)


@extend_schema(
    operation_id="list_changes",
    summary="What changed, in order",
    description="Everything that readers could see change, in the order in which it became visible. Nothing is missed "
    "by whoever goes on from the last cursor.",
    tags=[OF_ALL_KINDS],
    parameters=[
        OpenApiParameter(
            "cursor",
            {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            description="From an earlier answer or the manifest of a dump; without it, from the beginning.",
        ),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_CHANGES, "default": DEFAULT_CHANGES},
            description="How many changes an answer has.",
        ),
    ],
    responses={200: ChangesSerializer, **problems(400, 406, 410)},
)
@api_view(GET_AND_HEAD)
def described_changes(request):
    return changes(request)


@extend_schema(
    operation_id="search",
    summary="Search over all kinds",
    description="Records of any kind, the best first, each with the passages in which the words stand.",
    tags=[OF_ALL_KINDS],
    parameters=[words_parameter(is_required=True), *paging(MOST_HITS), *filters_of(kinds(), SEARCH_FACETS)],
    responses={200: HitPageSerializer, **problems(400, 406)},
)
@api_view(GET_AND_HEAD)
def described_search(request):
    return search_all(request)


def facets_view(kind=None):
    """The view of the filters of a kind, or of search, with its description."""
    members, facets = ((kind,), facets_of((kind,))) if kind else (kinds(), SEARCH_FACETS)
    own = [
        OpenApiParameter(
            "facet",
            {"type": "string", "enum": [facet.name for facet in facets]},
            description="Only this filter; all of its values, page by page.",
        ),
        OpenApiParameter(
            "find",
            {"type": "string", "pattern": SAYS_SOMETHING, "maxLength": LONGEST_FIND},
            description="Only values whose code or label has these letters.",
        ),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_COUNTED, "default": MOST_COUNTED},
            description="How many values of a filter an answer has.",
        ),
        cursor_parameter(),
    ]

    @extend_schema(
        operation_id=f"facets_of_{kind.plural.replace('-', '_') if kind else 'search'}",
        summary=f"Filters of {kind.names.many.lower() if kind else 'the search'}, with values and counts",
        description="Counted as on the page: each filter as if it were not asked for, under all the others.",
        tags=[kind.names.many if kind else OF_ALL_KINDS],
        parameters=[words_parameter(), *own, *filters_of(members, facets)],
        responses={200: FacetsSerializer, **problems(400, 406)},
    )
    @api_view(GET_AND_HEAD)
    def described_facets(request):
        return facets_answer(request, kind)

    return described_facets


@extend_schema(exclude=True)  # described for each kind, whose filters are its own
@api_view(GET_AND_HEAD)
def facets_of_any(request, plural):
    return facets_answer(request, kind_at(plural))


def kind_at(plural):
    """The kind whose list has this name in the API."""
    found = next((kind for kind in kinds() if kind.plural == plural), None)
    if found is None:
        raise Http404
    return found


def beside_view(answer, name, shape, parameters=(), **described):
    """The view of something beside a record of any kind, with its description."""
    where = [
        OpenApiParameter(
            "plural",
            {"type": "string", "enum": [kind.plural for kind in kinds()]},
            OpenApiParameter.PATH,
            description="The kind of record, as addresses of the API call it.",
        ),
        identifier_parameter(kind_for(Role.THEME).identifier.example),
    ]

    @extend_schema(
        operation_id=name,
        tags=[BESIDE],
        parameters=[*where, *parameters],
        responses={200: shape, **problems(400, 404, 406, 410)},
        **described,
    )
    @api_view(GET_AND_HEAD)
    def described_beside(request, plural, identifier, **more):
        return answer(request, kind_at(plural), identifier, **more)

    return described_beside


BESIDE = "Beside a record"
OF_A_RECORD = "api/v1/<slug:plural>/<str:identifier>"

router = SimpleRouter(trailing_slash=False)
with translation.override(settings.LANGUAGE_CODE):  # the first page asked for may speak another language
    for _kind in kinds():
        router.register(_kind.plural, viewset(_kind), basename=_kind.name)
    FACETS_OF_KINDS = [path(f"api/v1/facets/{_kind.plural}", facets_view(_kind)) for _kind in kinds()]
    WHOLE_BASE = [
        path("api/v1", described_root),
        path("api/v1/changes", described_changes),
        path("api/v1/search", described_search),
        path("api/v1/facets", facets_view()),
    ]
    BESIDE_RECORDS = [
        path(
            f"{OF_A_RECORD}/versions",
            beside_view(
                versions_of,
                "list_versions",
                VersionPageSerializer,
                paging(),
                summary="The public versions of a record",
                description="The newest first, each with the fields that it changed.",
            ),
        ),
        path(
            f"{OF_A_RECORD}/versions/<int:number>",
            beside_view(
                version_of,
                "get_version",
                VersionSerializer,
                [
                    OpenApiParameter(
                        "number",
                        {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
                        OpenApiParameter.PATH,
                    )
                ],
                summary="A version of a record",
                description="What it said, in words, as its page shows it.",
            ),
        ),
        path(
            f"{OF_A_RECORD}/related",
            beside_view(
                related_to,
                "list_related",
                RelatedSerializer,
                summary="Related records",
                description="The records nearest to one, the nearest first, and what each shares with it.",
            ),
        ),
        path(
            f"{OF_A_RECORD}/responsible-use",
            beside_view(
                use_of,
                "get_responsible_use",
                ResponsibleUseSerializer,
                summary="The note on responsible use",
                description="Of what is intrusive or of dual use: law, necessity, rights, harms and evidence.",
            ),
        ),
        path(
            f"{OF_A_RECORD}/incoming",
            beside_view(
                incoming_to,
                "list_incoming",
                IncomingPageSerializer,
                [
                    *paging(),
                    OpenApiParameter(
                        "type",
                        {
                            "type": "array",
                            "items": {"type": "string", "enum": [kind.name for kind in kinds()]},
                            "minItems": 1,
                        },
                        description="Only records of these kinds.",
                    ),
                ],
                summary="Records that name a record",
                description="In the order in which they were first published, each with the fields that name it.",
            ),
        ),
    ]


@cache
def schema():
    """The OpenAPI document, made once."""
    patterns = [*WHOLE_BASE, *FACETS_OF_KINDS, *BESIDE_RECORDS, path("api/v1/", include(router.urls))]
    with translation.override(settings.LANGUAGE_CODE):
        found = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
        shapes = found["components"]["schemas"]
        for kind in kinds():
            shapes[f"{kind.shape}Field"] = {"type": "string", "enum": list(schema_of(kind)().fields)}
        tags = [{"name": str(kind.names.many), "description": str(kind.names.lead)} for kind in kinds()]
        shared = [
            {"name": OF_ALL_KINDS, "description": "What there is, what changed, and what is found by words."},
            {"name": BESIDE, "description": "What its page shows besides the document of a record."},
        ]
        return complete(found | {"tags": [*shared, *tags]}, {sends(kind): kind for kind in kinds()})


@require_safe
@fixed
def openapi(request):
    response = JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
@without_parameters
def reference(request):
    """The description for people, in their language: every call with a line to run."""
    groups = [
        {
            "kind": kind,
            "address": kind.api_url(),
            "parameters": [
                {"name": parameter.name, "text": parameter.description} for parameter in parameters_of(kind)
            ],
        }
        for kind in sorted(kinds(), key=lambda kind: by_words(kind.names.many))
    ]
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Data & API"), "url": None}]
    context = {"crumbs": crumbs, "groups": groups}
    return render(request, "front/api.html", context)


@require_safe
def without_slash(request):
    """Addresses of the API have no slash at their end, as those of files have none; who writes one is led on."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(request.path_info.rstrip("/") + (f"?{query}" if query else ""))


KNOWN_ADDRESSES = "|".join(
    (
        *("changes", "search", "facets"),
        *(f"facets/{kind.plural}" for kind in kinds()),
        *(
            f"{kind.plural}(?:/[^/]+(?:/(?:versions(?:/[0-9]+)?|related|responsible-use|incoming))?)?"
            for kind in kinds()
        ),
    )
)
urlpatterns = [
    *WHOLE_BASE,
    path("api/v1/facets/<slug:plural>", facets_of_any),
    *BESIDE_RECORDS,
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("api/v1/", include((router.urls, "api"))),
    re_path(rf"^api/v1/(?:(?:{KNOWN_ADDRESSES})/)?$", without_slash),
]
