"""What stands beside the documents of working copies, for programs: files, and what colleagues remark."""

from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from media4sec.records import comments, policy
from media4sec.records.documents.reading import working_document
from media4sec.records.files.limits import FileRefused
from media4sec.records.files.storing import MEGABYTE, look_at, store
from media4sec.records.importing.reading import in_brief
from media4sec.records.models import Comment
from media4sec.records.policy import Right
from media4sec.stored import SUFFIXES, file_answer
from media4sec.writing.asked import (
    RequestRefused,
    moment_of,
    object_in,
    parameters_in,
    pointer_to,
    refused_fields,
    visible_copy,
)
from media4sec.writing.once import done_once
from media4sec.writing.views import TokenView, address_of_copy, as_page, json_answer, kind_of


def copy_to_change(request, kind, identifier):
    """The working copy, for those who may write it."""
    record = visible_copy(request.user, kind, identifier)
    policy.require(request.user, Right.WRITE, record)
    return record


# Files


class FilesOfCopy(TokenView):
    """A picture or PDF is sent for the team of a record; a document names it by its digest then."""

    def post(self, request, plural, identifier):
        parameters_in(request)
        kind = kind_of(plural)
        record = copy_to_change(request, kind, identifier)
        ready = look_at(file_in(request))
        try:
            with transaction.atomic():
                file = store(ready, owner=record.owner_id, by=request.user)
        except FileRefused as refused:
            raise RequestRefused(422, str(refused)) from refused
        where = f"{address_of_copy(kind, record)}/files/{file.digest}"
        return json_answer(file.facts, 201, Location=where)


def file_in(request):
    """The file that was sent as the body, within the limits of one."""
    suffix, most = SUFFIXES.get(request.content_type), settings.FILE_MOST_MB
    if suffix is None or request.headers.get("Content-Encoding", "identity").lower() != "identity":
        accepted = ", ".join(SUFFIXES)
        raise RequestRefused(415, f"Send the file itself, as one of {accepted}.", Accept=accepted)
    content = request.read(most * MEGABYTE + 1)
    if len(content) > most * MEGABYTE:
        raise RequestRefused(413, f"A file has at most {most} MB.")
    return ContentFile(content, name=f"file.{suffix}")


class FileOfCopy(TokenView):
    """A file that a working copy names."""

    def get(self, request, plural, identifier, digest):
        parameters_in(request)
        record = visible_copy(request.user, kind_of(plural), identifier)
        for part in working_document(record).get("files", ()):
            file = part["file"]
            if file["digest"] == digest:
                name = f"{part['key']}.{SUFFIXES[file['media_type']]}"
                answer = file_answer(digest, file["media_type"], name)
                if answer is not None:
                    return answer
        raise Http404


# Comments


class CommentsOnCopy(TokenView):
    """What colleagues remark on a record: all that is open, and the newest of what is resolved; or one more."""

    def get(self, request, plural, identifier):
        parameters_in(request)
        kind = kind_of(plural)
        record = visible_copy(request.user, kind, identifier)
        found = [*comments.open_threads(record), *comments.resolved_threads(record)]
        return as_page([facts_of_thread(kind, record, thread) for thread in found], None)

    def post(self, request, plural, identifier):
        parameters_in(request)
        kind = kind_of(plural)

        def work():
            record = copy_to_change(request, kind, identifier)
            text, name = said_in(request, may_be_about=dict(comments.fields_to_comment(kind.name)))
            with what_cannot_be_said():
                comment = comments.comment_on(record, text, name=name, by=request.user)
            return thread_answer(kind, record, comment, 201), record

        return done_once(request, work)


class CommentOnCopy(TokenView):
    """A comment with its answers; or its text, or that of an answer, is removed for good."""

    def get(self, request, plural, identifier, number):
        parameters_in(request)
        kind = kind_of(plural)
        record = visible_copy(request.user, kind, identifier)
        return thread_answer(kind, record, comment_of(record, number))

    def delete(self, request, plural, identifier, number):
        parameters_in(request)
        record = visible_copy(request.user, kind_of(plural), identifier)
        rows = Comment.objects.filter(revision__record=record).select_related("revision__record")
        comments.remove_text(get_object_or_404(rows, pk=number), by=request.user)
        return HttpResponse(status=204)


class CommentStep(TokenView):
    """What is done with a comment: it is answered, resolved or opened again."""

    def post(self, request, plural, identifier, number, name):
        parameters_in(request)
        kind = kind_of(plural)

        def work():
            record = copy_to_change(request, kind, identifier)
            comment = comment_of(record, number)
            with what_cannot_be_said():
                match name:
                    case "answer":
                        comments.reply(comment, said_in(request)[0], by=request.user)
                    case "resolve":
                        comments.resolve(comment, by=request.user)
                    case "reopen":
                        comments.reopen(comment, by=request.user)
                    case _:
                        raise Http404
            return thread_answer(kind, record, comment), record

        return done_once(request, work)


def comment_of(record, number):
    return get_object_or_404(comments.comments_on(record).select_related("revision__record"), pk=number)


def said_in(request, may_be_about=()):
    """(text, field) of what was said."""
    given = object_in(request)
    known = ("text", "field") if may_be_about else ("text",)
    faults = [(pointer_to(in_brief(name)), "This field is not known.") for name in given if name not in known]
    faults += [
        (pointer_to(name), "Give a text.") for name in known if not isinstance(given.get(name, ""), str)
    ]
    if not faults and not given.get("text", "").strip():
        faults.append(("/text", "Say something."))
    if not faults and given.get("field") and given["field"] not in may_be_about:
        faults.append(("/field", "There is no such field."))
    if faults:
        raise refused_fields(faults, "It cannot be said like this.")
    return given["text"], given.get("field", "")


@contextmanager
def what_cannot_be_said():
    """A text that cannot be kept (422), or what is not possible with the comments as they are (409)."""
    try:
        yield
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            raise refused_fields(
                [(pointer_to(name), " ".join(texts)) for name, texts in error.message_dict.items()]
            ) from error
        raise RequestRefused(409, " ".join(error.messages)) from error


def thread_answer(kind, record, comment, status=200):
    (thread,) = comments.threads(record, comments.comments_on(record).filter(pk=comment.pk))
    facts = facts_of_thread(kind, record, thread)
    return json_answer(facts, status, **({"Location": facts["url"]} if status == 201 else {}))


def facts_of_thread(kind, record, thread):
    """``has_changed``: what it is about says something else by now."""
    comment = thread.comment
    return {
        **facts_of_comment(comment),
        "field": comment.field,
        "has_changed": thread.has_changed,
        "resolved_at": moment_of(comment.resolved_at),
        "resolved_by": comment.resolved_by and comment.resolved_by.get_username(),
        "answers": [facts_of_comment(one) for one in thread.answers],
        "url": f"{address_of_copy(kind, record)}/comments/{comment.pk}",
    }


def facts_of_comment(comment):
    """A removed text is empty."""
    return {
        "id": comment.pk,
        "version": comment.revision.number,
        "text": comment.text,
        "written_at": moment_of(comment.written_at),
        "written_by": comment.written_by and comment.written_by.get_username(),
    }
