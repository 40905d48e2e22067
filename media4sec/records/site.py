"""The back-office as a whole: what no form of it sends is refused before a view asks the database for it."""

import re
from functools import wraps

from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse

from media4sec.records import policy, unsaved
from media4sec.records.forms import is_key
from media4sec.records.models import Record
from media4sec.records.saved_lists import delete_list_view, open_list_view, save_list_view

MOST_WORDS = 200  # characters of a search, as for readers
SEARCHES = ("q", "term")
LOOKUPS = (
    "exact",
    "in",
    "isnull",
    "gte",
    "lt",
)  # the links of filters; a year or a pattern can be impossible
TOO_LARGE = re.compile(r"\d{19}")  # for a number of any database


class Choices(AutocompleteJsonView):
    """What can be named in a form, by the names that somebody may know."""

    def get_queryset(self):
        self.request.is_choosing = True
        return super().get_queryset()

    def serialize_result(self, obj, to_field_name):
        text = policy.name_for(self.request.user, obj) if isinstance(obj, Record) else str(obj)
        return super().serialize_result(obj, to_field_name) | {"text": text}


class BackOffice(admin.AdminSite):
    def login(self, request, extra_context=None):
        """Accounts have pages of their own; who is logged in and has no role learns it there."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("This account has no role in any team.")
        target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def index(self, request, extra_context=None):
        """What waits for whoever opens it, above all there is."""
        from media4sec.records.admin.start import start_sections  # pages need the site before it has them

        start = {"title": "What waits for you", "sections": start_sections(self, request)}
        return super().index(request, start | (extra_context or {}))

    def contributions(self, name, *args):
        """What other rooms add to a page: each of their pages that has a method of this name is asked."""
        asked = [getattr(page, name) for page in self._registry.values() if hasattr(page, name)]
        return list(filter(None, (ask(*args) for ask in asked)))

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)

    def admin_view(self, view, cacheable=False):
        @wraps(view)
        def careful(request, *args, **kwargs):
            refuse_odd(request, kwargs)
            return view(request, *args, **kwargs)

        return self.keeping(super().admin_view(careful, cacheable))

    def keeping(self, view):
        """A form that is sent when the session has ended comes back after the log-in, with what was typed."""

        @wraps(view)
        def kept(request, *args, **kwargs):
            is_late = request.method == "POST" and not self.has_permission(request)
            return (is_late and unsaved.rescued(request)) or view(request, *args, **kwargs)

        return kept

    def get_urls(self):
        return [
            path("unsaved/keep/", self.admin_view(unsaved.keep_view), name="unsaved_keep"),
            path("unsaved/forget/", self.admin_view(unsaved.forget_view), name="unsaved_forget"),
            path("lists/save/", self.admin_view(save_list_view), name="saved_list_save"),
            path("lists/<int:pk>/", self.admin_view(open_list_view), name="saved_list_open"),
            path("lists/<int:pk>/delete/", self.admin_view(delete_list_view), name="saved_list_delete"),
            *super().get_urls(),
        ]


def refuse_odd(request, named):
    """Keys are numbers that every database can look up; Django's admin takes them as they come."""
    keys = [named[name] for name in ("object_id", "pk", "id") if name in named]
    if not all(is_key(unquote(str(key))) for key in keys):
        raise Http404("Nothing has such a number.")
    for name, values in request.GET.lists():
        if name in SEARCHES and any(len(value) > MOST_WORDS for value in values):
            raise BadRequest(f"A search has at most {MOST_WORDS} characters.")
        if name not in SEARCHES and any(TOO_LARGE.search(value) for value in values):
            raise BadRequest("There are no numbers as large as that.")
        if "__" in name and name.rpartition("__")[2] not in LOOKUPS:
            raise BadRequest(f"Lists are not filtered by {name}.")
    if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
        raise BadRequest("A field has a name.")
    if request.method == "POST" and not all(map(is_key, request.POST.getlist("_selected_action"))):
        raise BadRequest("The selected rows are named by their numbers.")
