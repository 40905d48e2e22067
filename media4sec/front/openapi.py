"""The description of the API made complete: values under stable names, headers, refusals once for all, examples."""

import re
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db.models.enums import Choices
from django.utils.module_loading import module_has_submodule

from media4sec import choices, qualifier
from media4sec.deprecations import deprecated_fields, deprecation_of
from media4sec.kinds import Role, kind_for, kinds
from media4sec.problems import CONTENT_TYPE, problem
from media4sec.publications.concepts import scheme_of_facet
from media4sec.publications.models import Change
from media4sec.stored import SUFFIXES

# Values that are no choices of an app, by the name that they have in the description for ever.
OTHER_VALUES = {
    "ChangeAction": Change.Action.values,
    "MediaType": list(SUFFIXES),
    "NewestSourceBasis": ["dated", "read"],
    "SharedBy": ["names", "named-by", "source", "words"],
    "NoteHeading": ["legal-basis", "necessity", "rights", "harms", "evidence"],
}

RESPONSE_HEADERS = {
    "ETag": (
        "Strong; changes with what is sent. Send it back as If-None-Match.",
        '"31a6ae8030fc2be766a51194"',
    ),
    "Last-Modified": ("When readers last saw it change.", "Sun, 29 Nov 2026 08:00:00 GMT"),
    "Cache-Control": ("It may be kept, and is to be asked for again each time.", "public, no-cache"),
    "Link": (
        "RFC 8288: `self`, `next`, `prev` and `first` of a page, `self` and `canonical` (its page) of a record, "
        "`describedby` of the shape of the answer, `service-desc` and `service-doc` of the API, `license` of our "
        "texts. What is too long for a header stands in the body only.",
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
    ),
    "Vary": ("Each coding has a tag of its own.", "Accept-Encoding"),
    "Allow": ("The methods that are possible.", "GET, HEAD, OPTIONS"),
}
OF_AN_ANSWER = ("ETag", "Cache-Control", "Link", "Vary")

REFUSALS = {
    400: (
        "BadRequest",
        "A parameter is not known, has no value or one that is not known, or stands twice where it can have one "
        "value only: each is named. Case and accents of a filter’s value do not matter.",
        {"errors": [{"parameter": "colour", "detail": "There is no such parameter here."}]},
    ),
    404: ("NotFound", "There is no such record.", {}),
    405: ("MethodNotAllowed", "The API can be read only.", {}),
    406: ("NotAcceptable", "Only application/json is offered.", {}),
    410: (
        "Gone",
        "The record was withdrawn: why, and what to use instead. Of a cursor: it is of another history of the "
        "content, so start again.",
        {"reason": "Entered twice.", "successor": None},
    ),
    412: ("PreconditionFailed", "What If-Match or If-Unmodified-Since names is not what is there now.", {}),
}


UNLIMITED = "There is no limit on how often it may be asked; once an hour is enough for most."


def complete(document, records):
    """The description as it is sent, from what the routes and serializers say.

    ``records`` are the kinds by the operation that sends one record: ``{"get_issue": kind}``.
    """
    shapes = document["components"]["schemas"]
    names = names_of_values()
    used = {}
    for name, shape in list(shapes.items()):
        shapes[name] = shape if "enum" in shape else named_values(plain(shape), names, used)
    shapes |= used
    for kind in records.values():
        name_schemes(shapes[kind.shape]["properties"], kind)
    shapes["Problem"], shapes["ProblemError"] = PROBLEM, PROBLEM_ERROR
    shapes["RecordPart"]["additionalProperties"] = True
    document["components"]["schemas"] = dict(sorted(shapes.items()))
    document["components"] |= {"headers": headers(), "responses": refusals()}
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
            operation["responses"] = responses(operation, records)
    shared = shared_examples()
    for path in document["paths"].values():
        for operation in path.values():
            media = operation["responses"]["200"]["content"]["application/json"]
            if kind := records.get(operation["operationId"]):
                media["example"] = example_of(shapes[kind.shape], shapes) | {
                    "kind": kind.name,
                    "identifier": kind.identifier.example,
                    "url": f"{ORIGIN}{kind.url(kind.identifier.example, 'name')}",
                }
            elif operation["operationId"] in shared:
                media["example"] = shared[operation["operationId"]]
    say_what_goes(document)
    document["info"]["description"] += " " + UNLIMITED
    return document | {"security": []}


def names_of_values():
    """``{values: name}``: choices are called as their class in the app’s ``choices.py``."""
    rooms = [choices, qualifier]
    rooms += [
        import_module(f"{config.name}.choices")
        for config in apps.get_app_configs()
        if module_has_submodule(config.module, "choices")
    ]
    found = {frozenset(map(str, values)): name for name, values in OTHER_VALUES.items()}
    for room in rooms:
        for name, value in vars(room).items():
            is_own = (
                isinstance(value, type) and issubclass(value, Choices) and value.__module__ == room.__name__
            )
            if is_own and list(value):
                found[frozenset(map(str, value.values))] = name
    return found


def named_values(node, names, used):
    """The same shape with its lists of values under their names, which are added to ``used``."""
    if isinstance(node, list):
        return [named_values(item, names, used) for item in node]
    if not isinstance(node, dict):
        return node
    values = [value for value in node.get("enum", ()) if value not in ("", None)]
    name = names.get(frozenset(map(str, values))) if values else None
    if name is None:
        return {key: named_values(value, names, used) for key, value in node.items()}
    used[name] = {"type": "string" if isinstance(values[0], str) else "integer", "enum": values}
    shapes = [{"$ref": f"#/components/schemas/{name}"}]
    shapes += [{"type": "string", "maxLength": 0}] if "" in node["enum"] else []
    shapes += [{"type": "null"}] if None in node["enum"] else []
    more = {key: value for key, value in node.items() if key in ("title", "description")}
    if len(shapes) > 1:
        return {"anyOf": shapes} | more
    return {"allOf": shapes} | more if more else shapes[0]


def name_schemes(fields, kind):
    """Say of the fields of a kind’s documents, where filters read them, which concepts their values are."""
    for facet in kind.listed.all_facets:
        if facet.source in fields and (behind := concepts_behind(facet)):
            fields[facet.source] = with_more(fields[facet.source], behind)


def with_more(shape, more):
    """A shape of which more is said; nothing stands beside a reference."""
    return ({"allOf": [shape]} if "$ref" in shape else shape) | more


def say_what_goes(document):
    """Mark what is to go."""
    for path, operations in document["paths"].items():
        if deprecation_of(path):
            for operation in operations.values():
                operation["deprecated"] = True
    for shape, name in deprecated_fields():
        fields = document["components"]["schemas"][shape]["properties"]
        fields[name] = with_more(fields[name], {"deprecated": True})


def concepts_behind(facet):
    """Where the concepts are that a filter’s values name, as a schema says it."""
    scheme = scheme_of_facet(facet)
    return {"externalDocs": {"url": scheme.url, "description": f"SKOS: {scheme.title}"}} if scheme else {}


def plain(node):
    """Where a text may be empty or an address: who does not check formats sees an empty one fit both."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {name: value for name, value in node.items() if name != "x-spec-enum-id"}
    return {"anyOf" if name == "oneOf" else name: plain(value) for name, value in kept.items()}


def headers():
    return {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in RESPONSE_HEADERS.items()
    }


def header_refs(*names):
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def refusals():
    """All that an operation can answer but what was asked for, each once."""
    found = {
        name: {
            "description": text,
            "content": {
                CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": problem(status, path="/api/v1/…", **more),
                }
            },
        }
        for status, (name, text, more) in REFUSALS.items()
    }
    found["MethodNotAllowed"]["headers"] = header_refs("Allow")
    found["NotModified"] = {
        "description": "What If-None-Match or If-Modified-Since names is still what is there.",
        "headers": header_refs("ETag", "Cache-Control", "Vary"),
    }
    return found


def responses(operation, records):
    """The answers of an operation in the order of their statuses; ``200`` is its own."""
    found = {"304": {"$ref": "#/components/responses/NotModified"}}
    for status, answer in operation["responses"].items():
        if status == "200":
            dated = ("Last-Modified",) if operation["operationId"] in ("root", *records) else ()
            found[status] = {
                "description": operation["summary"],
                "headers": header_refs(*OF_AN_ANSWER, *dated),
                "content": answer["content"],
            }
        else:
            found[status] = {"$ref": f"#/components/responses/{REFUSALS[int(status)][0]}"}
    return dict(sorted(found.items()))


# Examples

DEEP = 2  # lists of parts of parts are empty
ORIGIN = settings.BASE_URL
AT, UUID = "2026-11-29T08:00:00.000000Z", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
BY_FORMAT = {"uuid": UUID, "date": "2026-11-29", "date-time": AT, "uri": f"{ORIGIN}/"}


def example_of(shape, shapes, depth=0):
    """A value of a shape that shows what is in it, as small as it can be: texts are “…”, lists have one member."""
    if "$ref" in shape:
        return example_of(shapes[shape["$ref"].rpartition("/")[2]], shapes, depth)
    if "anyOf" in shape or "allOf" in shape:
        return example_of((shape.get("anyOf") or shape["allOf"])[0], shapes, depth)
    if "enum" in shape:
        return shape["enum"][0]
    first = shape.get("type", "string")
    match first if isinstance(first, str) else first[0]:
        case "object":
            members = shape.get("properties", {"…": shape.get("additionalProperties", {})})
            return {name: example_of(member, shapes, depth + 1) for name, member in members.items()}
        case "array":
            return [example_of(shape["items"], shapes, depth + 1)] if depth < DEEP else []
        case "boolean":
            return True
        case "integer" | "number":
            return shape.get("minimum", 1)
    if "pattern" in shape:  # of a number, a digest, a slug
        return next(text for text in ("1", "0" * 64, "name") if re.search(shape["pattern"], text))
    return BY_FORMAT.get(shape.get("format"), "…")


def record_named(kind, identifier, label):
    """A record as others name it, for examples."""
    return {
        "kind": kind.name,
        "id": identifier,
        "uuid": UUID,
        "label": label,
        "url": f"{ORIGIN}{kind.url(identifier, 'name')}",
        "api": f"{ORIGIN}{kind.api_url(identifier)}",
    }


def of_pages(*results, **more):
    return more | {"next": None, "previous": None, "results": list(results)}


def shared_examples():
    """Examples of what is not of one kind, by operation."""
    theme, first = kind_for(Role.THEME), kinds()[0]
    named = record_named(theme, theme.identifier.example, "…")
    where = f"{ORIGIN}{theme.url(theme.identifier.example, '')}"
    version = {
        "version": 2,
        "published": AT,
        "is_current": True,
        "changed": ["summary"],
        "api": f"{named['api']}/versions/2",
        "page": f"{where}versions/2/",
    }
    other = record_named(first, first.identifier.example, "…")
    part = {"name": "harms", "title": "Known harms", "text": "", "records": [other]}
    use_note = {"title": "Responsible use", "provenance": "editorial", "says": "…"}
    use_note |= {"because": [other], "parts": [part]}
    passage = [{"text": "… the ", "is_hit": False}, {"text": "dark web", "is_hit": True}]
    value = {"value": "good", "label": "Good", "count": 12, "concept": f"{ORIGIN}/vocabulary/lens-good/"}
    facet = {"filter": "lens", "field": "lens", "title": "Lens", "scheme": f"{ORIGIN}/schemes/lens"}
    facet |= {"total": 1, "values": [value], "all": None}
    change = {"seq": 1, "action": "updated", "at": AT, "etag": RESPONSE_HEADERS["ETag"][1]}
    change |= {
        "identifier" if name == "id" else name: text for name, text in named.items() if name != "label"
    }
    return {
        "list_changes": {"changes": [change], "cursor": "MDEyMy4x", "has_more": False},
        "list_versions": of_pages(version),
        "get_version": version
        | {"record": named, "fields": [{"field": "title", "label": "Title", "text": "…"}]},
        "list_related": {"results": [other | {"shares": [{"what": "names", "record": named}]}]},
        "get_responsible_use": {"record": named, "note": use_note},
        "list_incoming": of_pages(other | {"fields": ["themes"]}),
        "facets_of_search": {
            "list": f"{ORIGIN}/api/v1/search",
            "count": 12,
            "next": None,
            "previous": None,
            "facets": [facet],
        },
        "search": of_pages(
            named
            | {
                "summary": "… the dark web",
                "updated": AT,
                "passages": [{"field": "summary", "label": "", "pieces": passage}],
                "notes": [],
            },
            words=[{"word": "dark", "records": 12, "taken_for": []}],
        ),
    }


PROBLEM_ERROR = {
    "type": "object",
    "description": "One thing that is wrong with a request.",
    "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
    "required": ["parameter", "detail"],
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Its explanation."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
        "reason": {"type": "string"},
        "successor": {"type": ["string", "null"], "format": "uri"},
        "request_id": {"type": "string", "description": "Name it when you ask us about this."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
