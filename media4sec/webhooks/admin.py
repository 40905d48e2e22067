"""Webhooks in the back-office: administrators of the editorial office say which sites are told of changes."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from media4sec.interchange.api.changes import read_change_cursor
from media4sec.records import policy
from media4sec.records.admin.inlines import Naming
from media4sec.records.admin.unsaved import KeepsText
from media4sec.records.step_forms import Step
from media4sec.texts import Line
from media4sec.webhooks.models import SECRET_OVERLAPS, Subscription
from media4sec.webhooks.sending import newest_cursor, note_webhook, send_test
from media4sec.webhooks.signing import secrets_of


class ActiveFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("active", "Active"), ("failing", "Active, and failing"), ("ended", "Ended")]

    def queryset(self, request, queryset):
        match self.value():
            case "active":
                return queryset.filter(ended="")
            case "failing":
                return queryset.filter(ended="", failures__gt=0)
            case "ended":
                return queryset.exclude(ended="")


class WhileActive(Step):
    @classmethod
    def fits(cls, row):
        return not row.has_ended


class TryWebhook(WhileActive):
    name, title, button = "try", "Send a test message", "Send it"
    says = "A message of the type webhook.test, signed as all others are. It is sent once, and nothing depends on it."

    def take(self, row, by):
        is_taken, said = send_test(row)
        note_webhook(row, f"was sent a test message: {said}", by=by)
        return is_taken, said


class NewSecret(WhileActive):
    name, title, button = "secret", "Make a new secret", "Make it"
    says = "Messages are signed with both secrets for 24 hours, then with the new one alone."
    done = "There is a new secret, which stands below. The old one signs as well for 24 hours."

    def take(self, row, by):
        same = Subscription.objects.filter(pk=row.pk, rotation=row.rotation)
        with transaction.atomic():
            if same.update(rotation=row.rotation + 1, rotated_at=timezone.now()):
                note_webhook(row, "has a new secret.", by=by)
        return True, self.done


class EndWebhook(WhileActive):
    name, title, button = "end", "End it", "End it"
    says = "Nothing is sent any more. It stays in the list, and can begin again."
    done = "It has ended."

    reason = Line(label="Why", max_length=300, widget=AdminTextInputWidget)

    def take(self, row, by):
        reason = self.cleaned_data["reason"]
        with transaction.atomic():
            if Subscription.objects.filter(pk=row.pk, ended="").update(ended=reason, next_at=timezone.now()):
                note_webhook(row, f"ended: {reason}", by=by)
        return True, self.done


class BeginAgain(Step):
    name, title, button = "begin", "Begin again", "Begin"
    says = "It is told what changes from now on. The receiver reads what it missed in the list of changes."
    done = "It begins again with what changes from now on."

    @classmethod
    def fits(cls, row):
        return row.has_ended

    def take(self, row, by):
        ended = Subscription.objects.filter(pk=row.pk).exclude(ended="")
        with transaction.atomic():
            if ended.update(ended="", failures=0, cursor=newest_cursor(), next_at=timezone.now()):
                note_webhook(row, "begins again.", by=by)
        return True, self.done


WEBHOOK_STEPS = [TryWebhook, NewSecret, EndWebhook, BeginAgain]


@admin.register(Subscription)
class SubscriptionAdmin(KeepsText, Naming, admin.ModelAdmin):
    """Nothing is deleted here: what has ended stays, with the reason."""

    change_form_template = "admin/webhooks/subscription.html"
    list_display = ("__str__", "purpose", "standing")
    list_filter = (ActiveFilter,)
    search_fields = ("address", "purpose")
    show_full_result_count = False
    actions = None

    def get_fields(self, request, obj=None):
        shown = ("standing", "answer", "told", "secret", "uuid", "made") if obj else ()
        return ("address", "purpose", *shown)

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)[2:]

    # What is shown

    @admin.display(description="State")
    def standing(self, subscription):
        if subscription.has_ended:
            return f"Ended. {subscription.ended}"
        if not subscription.failures:
            return "Active"
        often = "once" if subscription.failures == 1 else f"{subscription.failures} times in a row"
        return f"Active. It failed {often}; next attempt {_when(subscription.next_at)}."

    @admin.display(description="Last answer")
    def answer(self, subscription):
        if subscription.said_at is None:
            return "Nothing was sent yet"
        return f"{subscription.said} {_when(subscription.said_at)}"

    @admin.display(description="Told up to")
    def told(self, subscription):
        place = read_change_cursor(subscription.cursor)
        return f"Change {place[1]}" if place else "-"

    @admin.display(description="Secret")
    def secret(self, subscription):
        newest = format_html("<code>{}</code>", secrets_of(subscription)[0])
        if len(subscription.rotations) == 1:
            return newest
        until = _when(subscription.rotated_at + SECRET_OVERLAPS)
        return format_html("{}<br>The one before signs as well until {}.", newest, until)

    @admin.display(description="Made")
    def made(self, subscription):
        return f"{_when(subscription.made_at)}, by {subscription.made_by or 'an account that is gone'}"

    # Rights

    def has_module_permission(self, request):
        return policy.may_tell_others(request.user)

    def has_view_permission(self, request, obj=None):
        return policy.may_tell_others(request.user)

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None):
        return False

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    # Adding and changing

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The secret is shown here, so that who it is, is asked again where that was longer ago."""
        self.ask_who_it_is(request)
        steps = []
        if object_id and (subscription := self.get_object(request, object_id)):
            steps = [
                (step, reverse("admin:webhooks_subscription_step", args=[subscription.pk, step.name]))
                for step in WEBHOOK_STEPS
                if step.fits(subscription)
            ]
        extra = {"steps": steps} | (extra_context or {})
        return super().changeform_view(request, object_id, request.get_full_path(), extra)

    def ask_who_it_is(self, request):
        if not policy.may_tell_others(request.user):
            raise PermissionDenied
        raise_if_reauthentication_required(request, app="webhooks")

    def save_model(self, request, obj, form, change):
        """Only what was typed is written: somebody may be sending just now."""
        if not change:
            obj.made_by, obj.cursor = request.user, newest_cursor()
            obj.save()
            note_webhook(obj, f"was added: {obj.purpose}", by=request.user)
        elif form.changed_data:
            changed = set(form.changed_data)
            if "address" in changed:
                obj.failures, obj.next_at = 0, timezone.now()
                changed |= {"failures", "next_at"}
            obj.save(update_fields=changed)
            note_webhook(obj, f"was changed: {', '.join(form.changed_data)}.", by=request.user)

    # Steps

    def get_urls(self):
        step = self.admin_site.admin_view(self.step_view)
        return [
            path("<int:pk>/step/<slug:name>/", step, name="webhooks_subscription_step"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step_view(self, request, pk, name):
        """The page of one step; only POST takes it, outside a transaction, as a message may be sent."""
        self.ask_who_it_is(request)
        subscription = self.get_object(request, str(pk))
        step = next((step for step in WEBHOOK_STEPS if step.name == name), None)
        if subscription is None or step is None:
            raise Http404
        target = redirect("admin:webhooks_subscription_change", subscription.pk)
        if not step.fits(subscription):
            self.message_user(request, f"{subscription}: somebody was quicker.", messages.WARNING)
            return target
        form = step(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            is_done, says = form.take(subscription, request.user)
            level = messages.SUCCESS if is_done else messages.WARNING
            self.message_user(request, f"{subscription}: {says}", level)
            return target
        context = self.admin_site.each_context(request) | {
            "title": f"{step.title}: {subscription}",
            "opts": self.opts,
            "original": subscription,
            "step": step,
            "form": form,
        }
        return TemplateResponse(request, "admin/step.html", context)


def _when(moment):
    return date_format(timezone.localtime(moment), "j F Y, H:i")
