"""Comments on a record in the back-office: all of them on a page of its own, and each with what was answered."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from media4sec.records import comments, policy
from media4sec.records.admin.history import document_of
from media4sec.records.admin.lists import admin_url
from media4sec.records.differences import differences
from media4sec.records.documents.reading import working_document
from media4sec.records.models import MOST_IN_COMMENT, Comment, model_of
from media4sec.records.policy import Right
from media4sec.records.step_forms import Step
from media4sec.records.unsaved import forget_sent, typed_again, unsaved_in
from media4sec.texts import Lines


def comment_text(label, **kwargs):
    widget = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})
    return Lines(label=label, max_length=MOST_IN_COMMENT, widget=widget, **kwargs)


def comment_url(record, comment):
    opts = model_of(record.kind_name)._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_comment", args=[record.pk, comment.pk])


class CommentForm(forms.Form):
    """A remark on a record, or on one of its fields."""

    about = forms.ChoiceField(label="About", required=False)
    text = comment_text(
        "Comment",
        help_text="For colleagues of the team: no reader sees it, and it is in no file.",
        error_messages={"required": "Say what you remark."},
    )

    def __init__(self, *args, kind_name, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [("", comments.WHOLE), *comments.fields_to_comment(kind_name)]


class AnswerForm(forms.Form):
    """What somebody says to a comment; nothing, if they only resolve it or open it again."""

    text = comment_text("Answer", required=False)

    def clean(self):
        cleaned = super().clean()
        if "_answer" in self.data and not cleaned.get("text") and not self.errors:
            self.add_error("text", "Say what you answer.")
        return cleaned

    def take(self, comment, by):
        """Returns what was done, in a word."""
        text = self.cleaned_data["text"]
        if "_reopen" in self.data:
            comments.reopen(comment, by=by)
        if text:
            comments.reply(comment, text, by=by)
        if "_resolve" in self.data:
            comments.resolve(comment, by=by)
            return "resolved"
        return "open again" if "_reopen" in self.data else "answered"


class RemoveText(Step):
    name, title, button = "comment-remove", "Remove the text of a comment", "Remove it for good"
    says = "Nobody can read it any more, and nothing brings it back. Who wrote it, and when, stays."

    def take(self, row, by):
        comments.remove_text(row, by=by)


class Commenting(admin.ModelAdmin):
    """What the admin of a kind has for comments on its records."""

    def get_urls(self):
        def named(route, view, action):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{action}"
            return path(route, self.admin_site.admin_view(view), name=name)

        one = "<int:pk>/comments/<int:number>/"
        return [
            named("<int:pk>/comments/", self.comments_view, "comments"),
            named(one, self.comment_view, "comment"),
            named(f"{one}remove/", self.comment_remove_view, "comment-remove"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def comments_view(self, request, pk):
        """All comments on a record, and a form for another one."""
        is_sent, status = request.method == "POST", 200
        record = self._open(request, pk, Right.WRITE if is_sent else Right.SEE)
        form = CommentForm(
            request.POST if is_sent else typed_again(request),
            kind_name=record.kind_name,
            initial={"about": request.GET.get("field", "")},
        )
        if is_sent and form.is_valid():
            given = form.cleaned_data
            try:
                with transaction.atomic():
                    comment = comments.comment_on(record, given["text"], name=given["about"], by=request.user)
                    forget_sent(request)
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                status = 409
            else:
                self.message_user(request, "Your comment is there for your team.", messages.SUCCESS)
                return HttpResponseRedirect(f"{admin_url(record, 'comments')}#comment-{comment.pk}")
        context = self._context(request, record) | {
            "title": f"Comments on {record}",
            "form": form,
            "may_comment": policy.may(request.user, Right.WRITE, record),
            "unsaved": unsaved_in(request, form),
            "open": comments.open_threads(record),
            "resolved": comments.resolved_threads(record),
        }
        return TemplateResponse(request, "admin/records/comments.html", context, status=status)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def comment_view(self, request, pk, number):
        """One comment with its answers, to be answered, resolved or opened again."""
        is_sent, status = request.method == "POST", 200
        record = self._open(request, pk, Right.WRITE if is_sent else Right.SEE)
        rows = comments.comments_on(record).select_related("revision__record")
        comment = get_object_or_404(rows, pk=number)
        form = AnswerForm(request.POST if is_sent else typed_again(request))
        if is_sent and form.is_valid():
            try:
                with transaction.atomic():
                    done = form.take(comment, by=request.user)
                    forget_sent(request)
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                status = 409
            else:
                self.message_user(request, f"The comment is {done}.", messages.SUCCESS)
                return HttpResponseRedirect(f"{admin_url(record, 'comments')}#comment-{comment.pk}")
        (thread,) = comments.threads(record, comments.comments_on(record).filter(pk=number))
        for one in (thread.comment, *thread.answers):
            one.revision.record = record
            one.may_be_removed = comments.may_remove(request.user, one)
        then = document_of(comment.revision)
        rows = differences(record.kind, then, working_document(record)) if thread.has_changed else []
        context = self._context(request, record) | {
            "title": f"Comment on {record}: {thread.label}",
            "form": form,
            "may_comment": policy.may(request.user, Right.WRITE, record),
            "unsaved": unsaved_in(request, form),
            "thread": thread,
            "changes": [row for row in rows if row.name == comment.field],
        }
        return TemplateResponse(request, "admin/records/comment.html", context, status=status)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def comment_remove_view(self, request, pk, number):
        """Asks first; then the text of a comment, or of an answer, is gone."""
        record = self._open(request, pk, Right.SEE)
        rows = Comment.objects.filter(revision__record=record).select_related("revision__record")
        comment = get_object_or_404(rows, pk=number)
        if not comments.may_remove(request.user, comment):
            raise PermissionDenied("Only who wrote it and reviewers may remove it.")
        if request.method == "POST":
            RemoveText().take(comment, by=request.user)
            self.message_user(request, "The text was removed.", messages.SUCCESS)
            return redirect(admin_url(record, "comments"))
        context = self._context(request, record) | {
            "title": f"{RemoveText.title} on {record}",
            "step": RemoveText,
            "form": RemoveText(),
            "comment": comment,
        }
        return TemplateResponse(request, "admin/records/comment_remove.html", context)


def told_of_comments(record, user, found):
    """What the page of a record says of its comments; ``found`` are the open ones."""
    may_comment = policy.may(user, Right.WRITE, record)
    return {
        "threads": comments.by_field(found),
        "commented": dict(comments.fields_to_comment(record.kind_name)) if may_comment else {},
        "comments": (admin_url(record, "comments"), len(found)),
    }
