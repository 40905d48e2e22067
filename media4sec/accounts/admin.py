"""Accounts and teams in the back-office: who is invited, holds which role, and is helped with a lost factor."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from media4sec.accounts.forms import Invite
from media4sec.accounts.invitations import send_link
from media4sec.accounts.models import User
from media4sec.records import audit, policy
from media4sec.records.models import Membership, Team
from media4sec.records.policy import Right

# What people have there is shown on their own pages, and groups give no rights here.
admin.site.unregister([EmailAddress, Authenticator, UserSession, Group])


class Sensitive:
    """Pages about accounts ask again who it is, where that was longer ago than a quarter of an hour."""

    def changeform_view(self, request, *args, **kwargs):
        raise_if_reauthentication_required(request, app="accounts")
        return super().changeform_view(request, *args, **kwargs)

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
    readonly_fields = ("user", "role")

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

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "needs_approval" in form.changed_data:
            note = (
                "Four eyes are asked for now." if obj.needs_approval else "Four eyes are no longer asked for."
            )
            audit.note_team(obj, by=request.user, note=note)

    def get_urls(self):
        view = self.admin_site.admin_view(self.invite_view)
        return [path("<int:pk>/invite/", view, name="records_team_invite"), *super().get_urls()]

    def invite_view(self, request, pk):
        team = self.get_object(request, str(pk))
        if team is None:
            raise Http404
        raise_if_reauthentication_required(request, app="accounts")
        form = Invite(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            self.tell(request, form.take(team, request.user), team)
            return redirect("admin:records_team_change", team.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"{form.title}: {team}",
            "opts": self.opts,
            "original": team,
            "step": Invite,
            "form": form,
        }
        return TemplateResponse(request, "admin/step.html", context)

    def tell(self, request, user, team):
        """The same words, whether there was an account before or not."""
        if send_link(user, team):
            self.message_user(request, f"{user.email} {Invite.done}", messages.SUCCESS)
        else:
            says = f"{user.email} has the role, but no mail could be sent. Invite again when the mail server answers."
            self.message_user(request, says, messages.WARNING)


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
        return any(one.type == Authenticator.Type.TOTP for one in user.authenticator_set.all())

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and obj != request.user

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            sent = send_link(obj)
            says = "was invited by mail." if sent else "has an account, but no mail could be sent."
            self.message_user(request, f"{obj.email} {says}", messages.SUCCESS if sent else messages.WARNING)
        if change and {"is_active", "is_superuser", "email"} & {*form.changed_data}:
            end_sessions(obj)

    @admin.action(description="Send a link to choose a new password")
    def send_links(self, request, queryset):
        sent = sum(send_link(user) for user in queryset.filter(is_active=True))
        self.message_user(request, f"Sent to {sent} of {queryset.count()} people.")

    @admin.action(description="End all sessions")
    def end_sessions(self, request, queryset):
        for user in queryset:
            end_sessions(user)
        self.message_user(request, f"{queryset.count()} people must log in again.")

    @admin.action(description="Take off the second factor, which was lost")
    def take_off_second_factor(self, request, queryset):
        """Losing a factor needs a second person: nobody does this for themselves."""
        others = queryset.exclude(pk=request.user.pk)
        Authenticator.objects.filter(user__in=others).delete()
        for user in others:
            end_sessions(user)
        self.message_user(request, f"{others.count()} people set up a new one when they log in.")


def end_sessions(user):
    for session in UserSession.objects.filter(user=user):
        session.end()
