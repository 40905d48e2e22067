"""What came of the jobs, for portal administrators; only to be read."""

from django.contrib import admin

from media4sec.operations.models import JobRun
from media4sec.records import policy


@admin.register(JobRun)
class JobRunAdmin(admin.ModelAdmin):
    list_display = ("job", "outcome", "began_at", "ended_at", "said")
    list_filter = ("outcome", "job")
    show_full_result_count = False
    actions = None

    def has_module_permission(self, request):
        return policy.is_everybody(request.user)

    def has_view_permission(self, request, obj=None):
        return policy.is_everybody(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission
