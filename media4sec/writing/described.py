"""The OpenAPI description of working copies, made from the shapes of documents and the forms of steps."""

from functools import cache

from django import forms
from django.conf import settings
from django.http import HttpResponse
from rest_framework import serializers

from media4sec import problems
from media4sec.headers import TOKENS_OPEN
from media4sec.kinds import kinds
from media4sec.records.documents.fields import (
    LEFT_OUT_EMPTY,
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    StoredFileField,
    dumps,
)
from media4sec.records.documents.reading import writer
from media4sec.records.models import MOST_IN_COMMENT, MOST_IN_NOTE
from media4sec.records.step_forms import RECORD_STEPS
from media4sec.stored import SUFFIXES
from media4sec.writing.asked import JSON, MERGE_PATCH
from media4sec.writing.views import COPIES_ON_A_PAGE, COPY_STATES, MOST_COPIES

TEXT, INTEGER, BOOLEAN = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
MOMENT, DAY = {"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}
STATUSES = {
    400: "A parameter or the JSON cannot be read.",
    401: "No token, or one that is wrong, withdrawn or over.",
    403: "The account, or its token, may not do this.",
    404: "There is nothing here that the account may see.",
    406: "Only application/json is offered.",
    409: "It is not possible with the record as it is now, or is being worked on.",
    412: "Another version is there now; its tag is in ETag.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "The document, or what the step asks, is not valid: `errors` says where.",
    428: "If-Match is missing.",
    429: "Too many wrong tokens came from this address.",
}
READING = (400, 401, 403, 404, 406, 429)
ADDING = (*READING, 409, 413, 415, 422)
SENDING = (*READING, 413, 415, 422)
CHANGING = (*ADDING, 412, 428)


def openapi_of_copies(request):
    """The description; it tells nothing that is not public."""
    if request.method not in ("GET", "HEAD"):
        answer = problems.response(request, 405)
        answer["Allow"] = "GET, HEAD"
        return answer
    return HttpResponse(description_of_copies(), content_type=JSON)


@cache
def description_of_copies():
    paths = {
        TOKENS_OPEN: {"get": _call("working_home", "Whose token it is, and what there is", "Home", READING)}
    }
    shapes = {
        "Home": object_of(HOME_SHAPE),
        "Facts": object_of(FACTS_SHAPE),
        "Problem": _PROBLEM,
        "Steps": STEPS_SHAPE,
    }
    shapes |= {
        "Copies": page_shape("Facts"),
        "Version": object_of(VERSION),
        "Versions": page_shape("Version"),
        "StoredFile": schema_of_field(StoredFileField()),
        "Remark": object_of(REMARK),
        "Comment": object_of(COMMENT),
        "Comments": page_shape("Comment"),
    }
    for kind in kinds():
        name = kind.shape
        shapes[name] = schema_of_document(writer(kind.name))
        shapes[f"{name}Fields"] = {**shapes[name], "required": []}
        paths |= _paths_of(kind, name)
    paths |= _paths_of_steps() | _paths_beside()
    return dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "MEDI@4SEC knowledge base: working copies",
                "description": "For programs of the teams. What is public is described in /api/v1/openapi.json.",
                "version": "1",
                "contact": settings.SPECTACULAR_SETTINGS["CONTACT"],
                "license": settings.SPECTACULAR_SETTINGS["LICENSE"],
            },
            "servers": [{"url": settings.BASE_URL}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "schemas": shapes,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "m4s_…"}},
            },
        }
    )


def _paths_of(kind, name):
    one, many = kind.name.replace("-", "_"), kind.plural.replace("-", "_")
    address, fields = f"{TOKENS_OPEN}/{kind.plural}", f"{name}Fields"
    note = _query("note", {**TEXT, "maxLength": MOST_IN_NOTE}, "What is said of the version, for colleagues.")
    key = _header(
        "Idempotency-Key", "Sent again with this key within a day, it is answered and not done again."
    )
    match = _header("If-Match", "The ETag of the version that was seen.", is_required=True)
    seen = (match, note, key)
    owner = _query("owner", TEXT, "Identifier of the partner who is responsible, where it is not clear.")
    return {
        address: {
            "get": _call(f"list_{many}", "Those that the account may see", "Copies", READING, *LISTED),
            "post": _call(
                f"add_{one}", "Add one, as a draft", name, ADDING, owner, note, key, sends=name, status=201
            ),
        },
        f"{address}/{{identifier}}": {
            "parameters": [_IDENTIFIER],
            "get": _call(f"read_{one}", "The document", name, READING),
            "put": _call(f"replace_{one}", "Another document", name, CHANGING, *seen, sends=name),
            "patch": _call(
                f"change_{one}", "Other fields", name, CHANGING, *seen, sends=fields, as_=MERGE_PATCH
            ),
        },
    }


def _paths_beside():
    """Files and comments of a working copy."""
    address, key, named = _any_copy()
    text = {**TEXT, "minLength": 1, "maxLength": MOST_IN_COMMENT}
    said = {
        "type": "object",
        "properties": {"text": text},
        "required": ["text"],
        "additionalProperties": False,
    }
    about = {**said, "properties": {"text": text, "field": {**TEXT, "description": "What it is about."}}}
    sent = {media_type: {"schema": {}} for media_type in SUFFIXES}
    send = _call("send_file", "Send a file, to name it in the document", "StoredFile", SENDING, status=201)
    read = _call("read_file", "A file that the document names", None, READING)
    read["responses"]["200"]["content"] = sent
    numbered = [*named, _path("number", INTEGER)]
    found = {
        f"{address}/files": {
            "parameters": named,
            "post": send | {"requestBody": {"required": True, "content": sent}},
        },
        f"{address}/files/{{digest}}": {"parameters": [*named, _path("digest", TEXT)], "get": read},
        f"{address}/comments": {
            "parameters": named,
            "get": _call(
                "list_comments", "Those that are open, then those that are resolved", "Comments", READING
            ),
            "post": _call("comment", "Remark something", "Comment", ADDING, key, status=201)
            | {"requestBody": {"required": True, "content": {JSON: {"schema": about}}}},
        },
        f"{address}/comments/{{number}}": {
            "parameters": numbered,
            "get": _call("read_comment", "A comment with its answers", "Comment", READING),
            "delete": _call(
                "remove_comment", "Remove its text, or that of an answer", None, READING, status=204
            ),
        },
    }
    for name, summary in (
        ("answer", "Answer a comment"),
        ("resolve", "Nothing is left to do about it"),
        ("reopen", "Open it again"),
    ):
        call = _call(f"{name}_comment", summary, "Comment", ADDING, key)
        if name == "answer":
            call["requestBody"] = {"required": True, "content": {JSON: {"schema": said}}}
        found[f"{address}/comments/{{number}}/{name}"] = {"parameters": numbered, "post": call}
    return found


def _any_copy():
    """(address of a working copy of any kind, the header of what is done once, the parameters of the address)."""
    named = [_path("kind", {"type": "string", "enum": [kind.plural for kind in kinds()]}), _IDENTIFIER]
    key = _header("Idempotency-Key", "As for documents.")
    return f"{TOKENS_OPEN}/{{kind}}/{{identifier}}", key, named


def _paths_of_steps():
    address, key, named = _any_copy()
    match = _header("If-Match", "The ETag of the version that was seen.", is_required=True)
    found = {
        f"{address}/steps": {
            "parameters": named,
            "get": _call("list_steps", "Where it stands, and what can be done with it now", "Steps", READING),
        },
        f"{address}/revisions": {
            "parameters": named,
            "get": _call("list_revisions", "All versions, the newest first", "Versions", READING, *_PAGED),
        },
        f"{address}/revisions/{{number}}": {
            "parameters": [*named, _path("number", INTEGER)],
            "get": _call("read_revision", "A version in full", None, READING),
        },
    }
    for step in RECORD_STEPS:
        name = f"take_{step.name.replace('-', '_')}"
        call = _call(
            name, step.title, "Facts", CHANGING, match, key, status=204 if step.leaves_nothing else 200
        )
        call["description"] = step.says
        call["requestBody"] = {"content": {JSON: {"schema": schema_of_step(step)}}}
        found[f"{address}/steps/{step.name}"] = {"parameters": named, "post": call}
    return found


def _call(name, summary, shape, statuses, *parameters, sends=None, as_=JSON, status=200):
    schema = {"$ref": f"#/components/schemas/{shape}"} if shape else {"type": "object"}
    good = {"description": summary} | ({} if status == 204 else {"content": {JSON: {"schema": schema}}})
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    bad = {str(code): {"description": STATUSES[code], "content": problem} for code in sorted(statuses)}
    call = {
        "operationId": name,
        "summary": summary,
        "parameters": [*parameters],
        "responses": {str(status): good} | bad,
    }
    if sends:
        sent = {"schema": {"$ref": f"#/components/schemas/{sends}"}}
        call["requestBody"] = {"required": True, "content": {as_: sent}}
    return call


def _query(name, schema, says):
    return {"name": name, "in": "query", "schema": schema, "description": says}


def _header(name, says, *, is_required=False):
    return {"name": name, "in": "header", "schema": TEXT, "description": says, "required": is_required}


def _path(name, schema):
    return {"name": name, "in": "path", "schema": schema, "required": True}


def object_of(properties):
    return {"type": "object", "properties": properties, "required": [*properties]}


def page_shape(shape):
    rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{shape}"}}
    return object_of({"results": rows, "next": nullable(TEXT)})


def nullable(schema):
    return {**schema, "type": [schema["type"], "null"]}


# Documents


def schema_of_document(serializer):
    """The shape of a document, or of a part of one."""
    fields = {name: schema_of_field(field) for name, field in serializer.fields.items()}
    wanted = [name for name in fields if name not in LEFT_OUT_EMPTY]
    return {"type": "object", "properties": fields, "required": wanted, "additionalProperties": False}


def schema_of_field(field):
    """The shape of a field of a document."""
    found = _plain_schema(field)
    if getattr(field, "allow_null", False) and isinstance(found.get("type"), str):
        found = nullable(found)
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    says = {"description": str(field.help_text)} if field.help_text else {}
    return found | says | ({"readOnly": True} if field.read_only else {})


def _plain_schema(field):
    match field:
        case CitationField():
            return {"type": "array", "items": schema_of_document(field.Shape())}
        case StoredFileField():
            media_types = {"type": "string", "enum": list(SUFFIXES)}
            facts = {"digest": {**TEXT, "pattern": "^[0-9a-f]{64}$"}, "media_type": media_types}
            facts |= dict.fromkeys(("bytes", "width", "height"), INTEGER) | {"pages": nullable(INTEGER)}
            return {"type": "object", "properties": facts, "required": ["digest"]}
        case serializers.ListSerializer():
            return {"type": "array", "items": schema_of_document(field.child)}
        case OrderedReferences():
            return {
                "type": "array",
                "items": TEXT,
                "description": f"Identifiers: {field.child_relation.kind_name}.",
            }
        case Reference():
            return {**TEXT, "description": f"An identifier: {field.kind_name}."}
        case AnyReferences():
            return {"type": "array", "items": TEXT, "description": field.target or "Each as kind:identifier."}
        case serializers.ListField():
            return {"type": "array", "items": schema_of_field(field.child)}
        case serializers.ChoiceField():
            values = [*field.choices, *([""] if field.allow_blank and "" not in field.choices else [])]
            is_text = all(isinstance(value, str) for value in values)
            return {"type": "string" if is_text else "integer", "enum": values}
        case serializers.BooleanField():
            return BOOLEAN
        case serializers.IntegerField():
            return INTEGER
        case serializers.DecimalField():
            return TEXT
        case serializers.FloatField():
            return {"type": "number"}
        case serializers.DateField():
            return DAY
        case serializers.CharField():
            return TEXT | ({"maxLength": field.max_length} if field.max_length else {})
    return {}


def schema_of_step(step):
    """What a step asks."""
    fields = {name: _asked_schema(field) for name, field in step.base_fields.items()}
    wanted = [name for name, field in step.base_fields.items() if field.required]
    return {"type": "object", "properties": fields, "required": wanted, "additionalProperties": False}


def _asked_schema(field):
    match field:
        case forms.ModelMultipleChoiceField():
            found = {"type": "array", "items": TEXT}
        case forms.SplitDateTimeField():
            found = MOMENT
        case forms.BooleanField():
            found = BOOLEAN
        case forms.IntegerField():
            found = INTEGER
        case forms.ModelChoiceField():
            found = {**TEXT, "pattern": "^[a-z-]+:.+$"}
        case _:
            found = TEXT | ({"maxLength": field.max_length} if getattr(field, "max_length", None) else {})
    return found | ({"description": str(field.label)} if field.label else {})


# Answers

_IDENTIFIER = _path("identifier", TEXT)
_PAGED = (
    _query(
        "limit", {**INTEGER, "minimum": 1, "maximum": MOST_COPIES, "default": COPIES_ON_A_PAGE}, "Of a page."
    ),
    _query("cursor", TEXT, "From “next”."),
)
LISTED = (
    _query("state", {"type": "string", "enum": COPY_STATES}, "Where the working copy stands."),
    _query(
        "updated_since",
        {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]},
        "When it was saved.",
    ),
    *_PAGED,
)
FACTS_SHAPE = {
    **dict.fromkeys(("kind", "identifier", "title"), TEXT),
    "state": {"type": "string", "enum": COPY_STATES},
    "public_state": {"type": "string", "enum": ["", "published", "withdrawn", "merged"]},
    "version": INTEGER,
    "updated": nullable(MOMENT),
    "etag": TEXT,
    "owner": nullable(TEXT),
    "url": TEXT,
}
VERSION = {
    "version": INTEGER,
    "state": TEXT,
    "is_public": BOOLEAN,
    **dict.fromkeys(("note",), TEXT),
    "saved_at": MOMENT,
    **dict.fromkeys(("saved_by", "url"), TEXT),
}
REMARK = {
    "id": INTEGER,
    "version": INTEGER,
    "text": {**TEXT, "description": "Empty once it was removed."},
    "written_at": MOMENT,
    "written_by": nullable(TEXT),
}
COMMENT = REMARK | {
    "field": {**TEXT, "description": "What it is about; empty: the record as a whole."},
    "has_changed": {**BOOLEAN, "description": "What it is about says something else by now."},
    "resolved_at": nullable(MOMENT),
    "resolved_by": nullable(TEXT),
    "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Remark"}},
    "url": TEXT,
}
HOME_SHAPE = {
    **dict.fromkeys(("account", "token"), TEXT),
    "scopes": {"type": "array", "items": TEXT},
    "works_until": DAY,
    "kinds": {"type": "array", "items": object_of({"kind": TEXT, "url": TEXT, "may_add": BOOLEAN})},
}
ASKED_OF_STEPS = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("name", "label", "type"), TEXT),
        "required": BOOLEAN,
        "values": {"type": "array", "items": TEXT},
        "newest": INTEGER,
    },
    "required": ["name", "label", "type", "required"],
}
STEPS_SHAPE = object_of(
    {
        **FACTS_SHAPE,
        "steps": {
            "type": "array",
            "items": object_of(
                {
                    **dict.fromkeys(("name", "title", "says", "url"), TEXT),
                    "asks": {"type": "array", "items": ASKED_OF_STEPS},
                }
            ),
        },
    }
)
_PROBLEM = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("type", "title"), TEXT),
        "status": INTEGER,
        **dict.fromkeys(("detail", "instance", "request_id"), TEXT),
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("pointer", "parameter", "detail"), TEXT),
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
