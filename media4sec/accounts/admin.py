"""Accounts and teams in the back-office: who is invited, holds which role, and is helped with a lost factor."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from media4sec.accounts.factors import has_second_factor
from media4sec.accounts.forms import Invite, LostFactor
from media4sec.accounts.helping import end_sessions, take_off_factor, withdraw_invitation
from media4sec.accounts.invitations import progress_of, send_link
from media4sec.accounts.models import Token, User
from media4sec.accounts.tokens import withdraw_token
from media4sec.records import audit, policy
from media4sec.records.models import AuditEntry, Membership, Team
from media4sec.records.policy import Right

# What is told of a change of an account.
CHANGES = {
    ("is_active", True): "Activated.",
    ("is_active", False): "Deactivated.",
    ("is_superuser", True): "Is a portal administrator now.",
    ("is_superuser", False): "Is no portal administrator any more.",
    "email": "The e-mail address was changed.",
}

# What people have there is shown on their own pages, and groups give no rights here.
admin.site.unregister([EmailAddress, Authenticator, UserSession, Group])


class Sensitive:
    """Pages about accounts ask again who it is, where that was longer ago than a quarter of an hour."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form says where it goes, as the page that asked who it is may show it."""
        raise_if_reauthentication_required(request, app="accounts")
        return super().changeform_view(request, object_id, request.get_full_path(), extra_context)

    def delete_view(self, request, *args, **kwargs):
        raise_if_reauthentication_required(request, app="accounts")
        return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        if request.method == "POST":
            raise_if_reauthentication_required(request, app="accounts")
        return super().changelist_view(request, *args, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class MembershipInline(admin.StackedInline):
    """The roles of a team, which can be taken away here; they are given by inviting somebody."""

    model = Membership
    extra = 0
    fields = readonly_fields = ("person", "role", "account")

    def person(self, membership):
        return membership.user

    def account(self, membership):
        return progress_of(membership.user)

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return True

    def has_delete_permission(self, request, obj=None):
        return obj is not None and policy.may_manage(request.user, obj)


@admin.register(Team)
class TeamAdmin(Sensitive, admin.ModelAdmin):
    """The people of a partner, for its administrators; of all, for portal administrators."""

    change_form_template = "admin/accounts/team.html"
    list_display = ("__str__", "needs_approval", "people")
    inlines = [MembershipInline]
    actions = None

    @admin.display(description="People")
    def people(self, team):
        return team.memberships.values("user").distinct().count()

    def get_queryset(self, request):
        return policy.managed(request.user, super().get_queryset(request))

    def get_readonly_fields(self, request, obj=None):
        return ("owner",) if obj else ()

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def has_module_permission(self, request):
        return policy.may_somewhere(request.user, Right.MANAGE)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request) if obj is None else policy.may_manage(request.user, obj)

    has_change_permission = has_view_permission

    def has_add_permission(self, request):
        return policy.is_everybody(request.user)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        for membership in formset.deleted_objects:
            note = f"{membership.user} has no longer the role {membership.role}."
            audit.note_team(form.instance, by=request.user, note=note)
            end_sessions(membership.user)
            if withdraw_invitation(membership.user, by=request.user):
                self.message_user(
                    request, f"The invitation of {membership.user} is withdrawn: its link works no longer."
                )

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "needs_approval" in form.changed_data:
            note = (
                "Four eyes are asked for now." if obj.needs_approval else "Four eyes are no longer asked for."
            )
            audit.note_team(obj, by=request.user, note=note, action=AuditEntry.Action.SETTINGS)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/invite/", wrap(self.invite_view), name="records_team_invite"),
            path("<int:pk>/lost-factor/", wrap(self.lost_factor_view), name="records_team_lost_factor"),
            *super().get_urls(),
        ]

    def invite_view(self, request, pk):
        return self.step_view(request, pk, lambda team, data: Invite(data), self.tell)

    def lost_factor_view(self, request, pk):
        def form(team, data):
            people = User.objects.filter(memberships__team=team)
            return LostFactor(data, people=people_to_help(request.user, people))

        def tell(request, form, is_told, team):
            person = form.cleaned_data["person"]
            says = (
                form.done if is_told else "sets up a new second factor; no mail could be sent, so tell them."
            )
            self.message_user(request, f"{person} {says}", messages.SUCCESS if is_told else messages.WARNING)

        return self.step_view(request, pk, form, tell)

    def step_view(self, request, pk, make, tell):
        """The page of something that is done with a team."""
        team = self.get_object(request, str(pk))
        if team is None:
            raise Http404
        raise_if_reauthentication_required(request, app="accounts")
        form = make(team, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            tell(request, form, form.take(team, request.user), team)
            return redirect("admin:records_team_change", team.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"{form.title}: {team}",
            "opts": self.opts,
            "original": team,
            "step": type(form),
            "form": form,
        }
        return TemplateResponse(request, "admin/step.html", context)

    def tell(self, request, form, user, team):
        """The same words, whether there was an account before or not."""
        if send_link(user, team, by=request.user):
            self.message_user(request, f"{user.email} {Invite.done}", messages.SUCCESS)
        else:
            says = f"{user.email} has the role, but no mail could be sent. Invite again when the mail server answers."
            self.message_user(request, says, messages.WARNING)


def people_to_help(user, people):
    """Those of these people whose second factor somebody may take off, if they have one, or codes that are left."""
    people = people.filter(authenticator__isnull=False).distinct()
    return people.filter(pk__in=[one.pk for one in people if policy.may_take_off_factor(user, one)])


@admin.register(User)
class UserAdmin(Sensitive, admin.ModelAdmin):
    """All accounts, for portal administrators. Nobody sees or chooses the password of somebody else."""

    list_display = ("email", "name", "roles", "has_second_factor", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "is_superuser")
    actions = ("send_links", "end_sessions", "take_off_second_factor")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__team__owner", "authenticator_set")

    @admin.display(description="Roles")
    def roles(self, user):
        held = [f"{one.get_role_display()}, {one.team}" for one in user.memberships.all()]
        return "; ".join((["Portal administrator"] if user.is_superuser else []) + held) or "None"

    @admin.display(description="Second factor", boolean=True)
    def has_second_factor(self, user):
        return has_second_factor(user)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and obj != request.user

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:  # somebody else took this address at the same moment, as the form says now
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            transaction.on_commit(lambda: self.send_invitation(request, obj))
        for field in form.changed_data if change else ["is_superuser"] * obj.is_superuser:
            note = CHANGES.get(field) or CHANGES.get((field, getattr(obj, field)))
            if note:
                audit.note_account(AuditEntry.Action.ACCOUNT, obj, by=request.user, note=note)
        if change and {"is_active", "is_superuser", "email"} & {*form.changed_data}:
            end_sessions(obj)

    def send_invitation(self, request, user):
        """After the account is there for everybody, as no mail can be called back."""
        sent = send_link(user, by=request.user)
        says = "was invited by mail." if sent else "has an account, but no mail could be sent."
        self.message_user(request, f"{user.email} {says}", messages.SUCCESS if sent else messages.WARNING)

    def delete_model(self, request, obj):
        audit.note_account(AuditEntry.Action.ACCOUNT, obj, by=request.user, note="Deleted.")
        super().delete_model(request, obj)

    def get_actions(self, request):
        """An account is deleted on a page of its own, by which it is told."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description="Send a link to choose a new password")
    def send_links(self, request, queryset):
        sent = sum(send_link(user, by=request.user) for user in queryset.filter(is_active=True))
        self.message_user(request, f"Sent to {sent} of {queryset.count()} people.")

    @admin.action(description="End all sessions")
    def end_sessions(self, request, queryset):
        for user in queryset:
            end_sessions(user)
            audit.note_account(AuditEntry.Action.ACCOUNT, user, by=request.user, note="All sessions ended.")
        self.message_user(request, f"{queryset.count()} people must log in again.")

    @admin.action(description="Take off the second factor, which was lost")
    def take_off_second_factor(self, request, queryset):
        others = [*people_to_help(request.user, queryset)]
        told = sum(take_off_factor(user, by=request.user) for user in others)
        says = f"{len(others)} people set up a new one when they log in; {told} were told by mail."
        self.message_user(request, says)


@admin.register(Token)
class TokenAdmin(Sensitive, admin.ModelAdmin):
    """The tokens of others, by their names: whoever may take off a lost factor of somebody may withdraw them."""

    list_display = ("name", "user", "scopes_in_words", "expires_on", "last_used_on")
    fields = readonly_fields = (
        *("name", "user", "scopes_in_words", "made_at", "expires_on", "last_used_on"),
    )
    search_fields = ("name", "user__email")
    list_select_related = ("user",)
    actions = None

    def get_queryset(self, request):
        found = super().get_queryset(request)
        if policy.is_everybody(request.user):
            return found
        people = User.objects.filter(memberships__team__in=policy.managed(request.user, Team.objects.all()))
        theirs = [one.pk for one in people.distinct() if policy.may_take_off_factor(request.user, one)]
        return found.filter(user__in=theirs)

    def has_module_permission(self, request):
        return policy.may_somewhere(request.user, Right.MANAGE)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    has_delete_permission = has_view_permission

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        withdraw_token(obj, by=request.user)
