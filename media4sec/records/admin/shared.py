"""What records share: sources and tags."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join

from media4sec.letters import same
from media4sec.outgoing import OutgoingError
from media4sec.records import policy, workflow
from media4sec.records.admin.inlines import Naming
from media4sec.records.admin.lists import MOST_SHOWN, ForMembers, admin_url
from media4sec.records.admin.unsaved import KeepsText
from media4sec.records.models import Record, Source, Tag
from media4sec.records.page_titles import proposed_title
from media4sec.records.policy import Right
from media4sec.records.unsaved import address_with, keep, own_form
from media4sec.texts import web_address

LONGEST_ADDRESS = Source._meta.get_field("url").max_length


class SharedAdmin(KeepsText, Naming, ForMembers):
    """A row that many records use: corrected here once, it is corrected in all of them, public pages included."""

    show_full_result_count = False

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
            says = f"Corrected in {done} records, {public} of them public now."
            if not policy.is_everybody(request.user):  # how many other teams have is theirs to know
                says = "Corrected in all records that use it."
            self.message_user(request, says if done else "No record uses it.")


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
