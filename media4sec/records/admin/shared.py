"""What records share: sources and tags."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods

from media4sec.letters import same
from media4sec.outgoing import OutgoingError
from media4sec.records import policy, workflow
from media4sec.records.admin.form_page import LongForm
from media4sec.records.admin.inlines import Naming
from media4sec.records.admin.lists import ForMembers, admin_url
from media4sec.records.admin.many import MOST_SHOWN, digest_of_versions
from media4sec.records.admin.unsaved import KeepsText
from media4sec.records.bulk import conditions
from media4sec.records.forms import RecordSelect, offer
from media4sec.records.models import Record, Source, Tag
from media4sec.records.page_titles import proposed_title
from media4sec.records.policy import Right
from media4sec.records.unsaved import address_with, keep, own_form
from media4sec.texts import web_address

LONGEST_ADDRESS = Source._meta.get_field("url").max_length


class SharedForm(forms.ModelForm):
    """A source or tag; what is said of others is what the user may know."""

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.asked_by = self.user


class MergeShared(forms.Form):
    """Which row takes the place of another one."""

    def __init__(self, *args, row, user, **kwargs):
        super().__init__(*args, **kwargs)
        model = type(row)
        use = model._meta.get_field(model.uses_name).field
        self.fields["into"] = into = forms.ModelChoiceField(
            model.objects.exclude(pk=row.pk),
            widget=RecordSelect(use, admin.site),
            label="Merge into",
            help_text="The one that stays, as it is.",
        )
        offer(into, user)


class SharedAdmin(LongForm, KeepsText, Naming, ForMembers):
    """A row that many records use: corrected here once, it is corrected in all of them, public pages included."""

    form = SharedForm
    show_full_result_count = False
    change_form_template = "admin/records/shared_form.html"

    def users(self, obj):
        """The records that use this row."""
        users = self.model.objects.filter(pk=obj.pk).values(self.model.users_path)
        return Record.objects.filter(pk__in=users)

    def get_queryset(self, request):
        rows = policy.knowable(request.user, super().get_queryset(request))
        if getattr(request, "is_choosing", False):
            return rows
        own = policy.own(request.user, f"{self.model.users_path}__")
        return rows.annotate(uses=Count(self.model.users_path, distinct=True, filter=own))

    def get_form(self, request, obj=None, change=False, **kwargs):
        made = super().get_form(request, obj, change, **kwargs)
        made.user = request.user
        return made

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, same(search_term))

    # Rights

    def has_add_permission(self, request):
        return policy.may_somewhere(request.user, Right.WRITE)

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return self.has_add_permission(request)
        return policy.may_correct(request.user, self.users(obj))

    def has_delete_permission(self, request, obj=None):
        """What is in use is taken off its records first."""
        return obj is not None and self.has_change_permission(request, obj) and not self.users(obj).exists()

    def history_view(self, request, object_id, extra_context=None):
        """It names people of all teams."""
        if not policy.is_everybody(request.user):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def changeform_view(self, request, *args, **kwargs):
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            workflow.take_turn()  # before the row is locked
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.made_by = request.user
        super().save_model(request, obj, form, change)

    # Who uses it

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            obj.asked_by = request.user
        return obj

    # Putting one in the place of another

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        return [
            path("<int:pk>/merge/", self.admin_site.admin_view(self.merge_view), name=name),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def merge_view(self, request, pk):
        """Says first how far it reaches; nothing is done with records that changed since then."""
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        users = self.users(row)
        is_sent, status = request.method == "POST", 200
        form = MergeShared(request.POST if is_sent else None, row=row, user=request.user)
        if is_sent and form.is_valid():
            into = form.cleaned_data["into"]
            try:
                with transaction.atomic():
                    workflow.take_turn()
                    if request.POST.get("seen") != seen_of(users):
                        raise ValidationError(
                            "Records that have it changed since you saw this: look at it again."
                        )
                    self.log_change(request, into, f"{row} was merged into it.")
                    done, public = workflow.put_together(row, into, by=request.user)
            except ValidationError as error:
                form.add_error(None, error)
                status = 409
            else:
                self.message_user(
                    request, f"Merged. {self.told(request.user, done, public)}", messages.SUCCESS
                )
                return redirect(reverse(f"admin:records_{self.opts.model_name}_change", args=[into.pk]))
        context = self.admin_site.each_context(request) | {
            "title": f"Merge {row}",
            "opts": self.opts,
            "original": row,
            "form": form,
            "reach": how_far(request.user, row, users),
            "seen": seen_of(users),
        }
        return TemplateResponse(request, "admin/records/merge_shared.html", context, status=status)

    def told(self, user, done, public):
        """What was done; how many records other teams have is theirs to know."""
        if not done:
            return "No record uses it."
        if policy.is_everybody(user):
            return f"Corrected in {done} records, {public} of them public now."
        return "Corrected in all records that use it."

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and self.has_change_permission(request, obj):
            context["merge_url"] = reverse(f"admin:records_{self.opts.model_name}_merge", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="Reach")
    def reach(self, obj):
        """What a correction does, before anybody makes one."""
        number = policy.visible(obj.asked_by, self.users(obj)).count()
        if obj.is_public and not policy.is_everybody(obj.asked_by):
            return f"{number} of your records use it; those of other teams may use it as well."
        if not number:
            return "No record uses it."
        return (
            f"{number} record{'s use' if number > 1 else ' uses'} it. A correction is made in all of them at once, and"
            " readers see it, but for records with changes that are not public yet: there it waits for these."
        )

    @admin.display(description="Used by")
    def used_by(self, obj):
        users = self.users(obj)
        own = policy.visible(obj.asked_by, users)
        rows = ((admin_url(record), record) for record in own[:MOST_SHOWN])
        more = max(own.count() - MOST_SHOWN, 0)
        links = format_html_join("", '<a class="used-by" href="{}">{}</a>', rows)
        return format_html("{}{}", links, f"{more} more" if more else "")

    @admin.display(description="Records", ordering="uses")
    def uses(self, obj):
        return obj.uses

    def get_fields(self, request, obj=None):
        return (*self.own_fields, *self.get_readonly_fields(request, obj))

    def get_readonly_fields(self, request, obj=None):
        return ("reach", "used_by") if obj else ()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and form.has_changed():
            note = f"The {self.opts.verbose_name} was corrected: {form.instance}"
            done, public = workflow.carry_over(self.users(form.instance), by=request.user, note=note)
            self.message_user(request, self.told(request.user, done, public))


def seen_of(users):
    """What tells whether the records that have a row are as they were."""
    return digest_of_versions(users.order_by("pk").values_list("pk", "edit_version"))


def how_far(user, row, users):
    """Which records have a source or tag, in words: somebody's own, and of other teams those that readers see."""
    own = policy.visible(user, users)
    public = workflow.named_publicly(row)
    names = set(own.values_list("kind_name", "identifier"))
    if not names and not public:
        return "No record has it."
    parts = [
        f"{len(names)} record{'s have' if len(names) != 1 else ' has'} it, {len(names & public)} of them in public"
    ]
    seen = (policy.visible(user, Record.objects.filter(some)) for some in conditions(public, "kind_name"))
    others = public - {name for rows in seen for name in rows.values_list("kind_name", "identifier")}
    parts += [f"in public, {len(others)} of other teams as well"] if others else []
    return "; ".join(parts) + "."


@admin.register(Source)
class SourceAdmin(SharedAdmin):
    list_display = ("title_or_address", "url", "uses")
    ordering = ("title", "url")
    search_fields = ("words",)
    own_fields = ("url", "title")

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        if request.method == "POST" and "_propose_title" in request.POST:
            return self.propose_title(request, object_id)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def propose_title(self, request, object_id):
        """Ask the page what it is called. Nothing is saved, and what was typed is in the form again."""
        source = self.get_object(request, object_id) if object_id else None
        if object_id and source is None:
            raise Http404
        opened = own_form(request)
        if not self._may_write(request, source) or opened is None or opened.address != request.path:
            raise PermissionDenied
        typed = request.POST.copy()
        given = typed.get("title", "").strip()
        try:
            title = proposed_title(web_address(typed.get("url", ""), most=LONGEST_ADDRESS))
        except (ValidationError, OutgoingError) as error:
            why = " ".join(getattr(error, "messages", [str(error)]))
            self.message_user(request, f"No title is proposed. {why} Type it yourself.", messages.WARNING)
        else:
            typed["title"] = given or title
            then = "What you typed stays." if given else "Save it if that is right, or change it."
            self.message_user(request, f"The page calls itself “{title}”. {then}")
        keep(opened, typed)
        return redirect(address_with(request, opened))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["proposes_title"] = self._may_write(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="Title", ordering="title")
    def title_or_address(self, source):
        return source.title or source.url


@admin.register(Tag)
class TagAdmin(SharedAdmin):
    list_display = ("name", "uses")
    ordering = ("name",)
    search_fields = ("key",)
    own_fields = ("name",)
