"""What records share: sources and tags."""

from django.contrib import admin
from django.db.models import Count
from django.utils.html import format_html_join

from media4sec.letters import same
from media4sec.records import workflow
from media4sec.records.admin.inlines import Naming
from media4sec.records.admin.lists import admin_url
from media4sec.records.models import Record, Source, Tag


class SharedAdmin(Naming, admin.ModelAdmin):
    """A row that many records use: changing it is a new version of each of them."""

    show_full_result_count = False

    def users(self, obj):
        """The records that use this row."""
        raise NotImplementedError

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, same(search_term))

    @admin.display(description="Used by")
    def used_by(self, obj):
        rows = ((admin_url(record), record) for record in self.users(obj))
        return format_html_join("", '<a class="used-by" href="{}">{}</a>', rows) or "No record."

    @admin.display(description="Records", ordering="uses")
    def uses(self, obj):
        return obj.uses

    def get_readonly_fields(self, request, obj=None):
        return ("used_by",) if obj else ()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and form.has_changed():
            for record in self.users(form.instance):
                workflow.save_revision(record, by=request.user, note=f"{self.opts.verbose_name} changed")


@admin.register(Source)
class SourceAdmin(SharedAdmin):
    list_display = ("title_or_address", "url", "uses")
    ordering = ("title", "url")
    search_fields = ("words",)

    @admin.display(description="Title", ordering="title")
    def title_or_address(self, source):
        return source.title or source.url

    def get_fields(self, request, obj=None):
        return ("url", "title", *self.get_readonly_fields(request, obj))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(uses=Count("citations__record", distinct=True))

    def users(self, source):
        return Record.objects.filter(citations__source=source).distinct()


@admin.register(Tag)
class TagAdmin(SharedAdmin):
    list_display = ("name", "uses")
    ordering = ("name",)
    search_fields = ("key",)

    def get_fields(self, request, obj=None):
        return ("name", *self.get_readonly_fields(request, obj))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(uses=Count("taggings"))

    def users(self, tag):
        return Record.objects.filter(taggings__tag=tag)

    def has_delete_permission(self, request, obj=None):
        """A tag in use is taken off its records first."""
        return obj is not None and obj.uses == 0 and super().has_delete_permission(request, obj)
