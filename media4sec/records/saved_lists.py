"""Lists of the back-office that somebody keeps under a name, with filters, search and order, alone or with a team.

What is kept is the list's address. It is asked again, with the rights of whoever opens it, and a filter that the list
no longer knows is left out and named.
"""

from copy import copy

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from media4sec.records.models import MOST_IN_QUERY, SavedList, Team
from media4sec.texts import Line

MOST_SAVED = 50  # lists of one person
MOST_PARAMETERS = 40  # names and values, in one address
NOT_KEPT = (PAGE_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR)
OF_EVERY_LIST = (SEARCH_VAR, ORDER_VAR, ALL_VAR)


class SaveList(forms.Form):
    """What is typed to keep the list that is shown; the same name again means another list."""

    page = forms.CharField(widget=forms.HiddenInput, max_length=100)
    query = forms.CharField(widget=forms.HiddenInput, max_length=MOST_IN_QUERY)
    name = Line(label="Name", max_length=60, error_messages={"required": "Give the list a name."})
    team = forms.ModelChoiceField(Team.objects.none(), label="For", required=False, empty_label="Only me")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams_of(user)

    def clean_query(self):
        query = kept_of(QueryDict(self.cleaned_data["query"]))
        texts = [text for name, values in query.lists() for text in (name, *values)]
        if not 0 < len(texts) <= MOST_PARAMETERS or any("\0" in text for text in texts):
            raise ValidationError("This address cannot be kept: choose filters, or search, and save it then.")
        return query.urlencode()

    @transaction.atomic
    def keep(self, user):
        given = self.cleaned_data
        get_user_model().objects.select_for_update(no_key=True).get(
            pk=user.pk
        )  # who presses twice saves once
        named = SavedList.objects.filter(user=user, page=given["page"], name=given["name"]).first()
        if named is None and SavedList.objects.filter(user=user).count() >= MOST_SAVED:
            raise ValidationError(f"You have {MOST_SAVED} saved lists: delete one first.")
        saved = named or SavedList(user=user, page=given["page"], name=given["name"])
        saved.query, saved.team = given["query"], given["team"]
        saved.full_clean()
        saved.save()
        return saved


def teams_of(user):
    return Team.objects.filter(memberships__user=user).select_related("owner").distinct()


def kept_of(query):
    """The parameters that say which rows a list has, and in which order."""
    query = query.copy()
    for name in NOT_KEPT:
        query.pop(name, None)
    return query


def lists_for(user):
    """Their own, and those that were shared with a team of theirs."""
    shared = Q(team__memberships__user=user)
    return SavedList.objects.filter(Q(user=user) | shared).select_related("user", "team__owner").distinct()


class KeepsLists(admin.ModelAdmin):
    """A list that can be kept under a name; above it are those that are."""

    @property
    def page_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def changelist_view(self, request, extra_context=None):
        context = {}
        if request.method != "POST" and IS_POPUP_VAR not in request.GET:
            query = kept_of(request.GET).urlencode()
            form = SaveList(
                user=request.user, initial={"page": self.page_name, "query": query}, auto_id="save_%s"
            )
            lists = lists_for(request.user).filter(page=self.page_name)
            context = {"saved_lists": lists, "save_list": form if query else None}
        return super().changelist_view(request, context | (extra_context or {}))


def page_named(name, request):
    """The list of this name, for those who may see it; otherwise 404."""
    pages = (page for page in admin.site._registry.values() if isinstance(page, KeepsLists))
    page = next((page for page in pages if page.page_name == name), None)
    if page is None or not page.has_view_permission(request):
        raise Http404
    return page


def list_address(name, query):
    return reverse(f"admin:{name}_changelist", query=query or None)


# Addresses


@require_POST
def save_list_view(request):
    """Keep the list that was shown; where that cannot be, the form is there again with what was typed."""
    form = SaveList(request.POST, user=request.user)
    if form.is_valid():
        page_named(form.cleaned_data["page"], request)
        try:
            saved = form.keep(request.user)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            messages.success(request, f"The list is saved as “{saved.name}”.")
            return HttpResponseRedirect(list_address(saved.page, QueryDict(saved.query)))
    context = admin.site.each_context(request) | {"title": "Save a list", "form": form}
    return render(request, "admin/records/save_list.html", context)


@require_safe
def open_list_view(request, pk):
    """Lead to the list, without the filters that it no longer knows; these are named."""
    saved = get_object_or_404(lists_for(request.user), pk=pk)
    page = page_named(saved.page, request)
    query, lost = checked_parameters(page, request, QueryDict(saved.query))
    if lost:
        names = ", ".join(lost)
        says = (
            f"“{saved.name}” is not as it was saved: the list no longer knows {names}, and is shown without."
        )
        messages.warning(request, says)
    return HttpResponseRedirect(list_address(saved.page, query))


@require_POST
def delete_list_view(request, pk):
    """One’s own only."""
    saved = get_object_or_404(SavedList, pk=pk, user=request.user)
    page = saved.page
    saved.delete()
    messages.success(request, f"“{saved.name}” is deleted; the records are as they were.")
    try:
        page_named(page, request)
    except Http404:
        return redirect("admin:index")
    return HttpResponseRedirect(list_address(page, None))


def checked_parameters(page, request, given):
    """(the parameters that a list takes, the names of the others)."""
    kept, lost = QueryDict(mutable=True), []
    for name, values in given.lists():
        alone = QueryDict(mutable=True)
        alone.setlist(name, values)
        if is_taken(page, request, alone):
            kept.setlist(name, values)
        else:
            lost.append(f"“{name.partition('__')[0]}”")
    return kept, list(dict.fromkeys(lost))


def is_taken(page, request, query):
    """True for a parameter that the list knows, with a value that it still offers."""
    from media4sec.records.site import refuse_odd  # the site has the addresses above

    asked = copy(request)
    asked.GET = query
    try:
        refuse_odd(asked, {})
        shown = page.get_changelist_instance(asked)
    except (BadRequest, IncorrectLookupParameters, PermissionDenied, SuspiciousOperation):
        return False
    (name,) = query
    for spec in shown.filter_specs:
        if name in spec.expected_parameters():
            return offers(spec, name, query.getlist(name))
    is_field = any(field.name == name.partition("__")[0] for field in page.opts.get_fields())
    return name in OF_EVERY_LIST or is_field


def offers(spec, name, values):
    """True if a filter has these values to choose from; days and yes or no are what they are."""
    has_list = isinstance(spec, admin.RelatedFieldListFilter) and name == spec.lookup_kwarg
    if has_list or isinstance(spec, admin.SimpleListFilter):
        known = spec.lookup_choices
    elif isinstance(spec, admin.ChoicesFieldListFilter) and name == spec.lookup_kwarg:
        known = spec.field.flatchoices
    else:
        return True
    return set(values) <= {str(key) for key, _ in known}
