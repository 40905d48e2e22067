"""Pages about accounts beside those of django-allauth."""

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from media4sec.accounts.forms import SetUpForm
from media4sec.accounts.invitations import may_set_up
from media4sec.accounts.models import User
from media4sec.records import audit
from media4sec.records.models import AuditEntry


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request, token):
    """Make the first portal administrator: for whoever started the portal and has the link that it printed."""
    if not may_set_up(token):
        raise Http404
    with transaction.atomic():
        if not may_set_up(token):  # somebody else was quicker
            raise Http404
        form = SetUpForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            user = form.save()
            note = "The first portal administrator."
            audit.note_account(AuditEntry.Action.ACCOUNT, user, by=None, note=note)
            return redirect("admin:login")
    return render(request, "admin/accounts/set_up.html", {"title": "The first administrator", "form": form})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_mail(request):
    """One button: ask for the weekly mail, or stop it."""
    if request.method == "POST":
        wants = request.POST.get("wants") == "yes"
        User.objects.filter(pk=request.user.pk).update(wants_weekly_mail=wants)
        says = (
            "You get a mail each week in which something waits for you."
            if wants
            else "You get no more weekly mails."
        )
        messages.success(request, says)
        return redirect("accounts-weekly-mail")
    return render(request, "admin/accounts/weekly_mail.html", {"title": "Weekly mail"})


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Asks again after a passkey that was not taken; the library would forget where somebody wanted to go."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs):
        """With the form that was looked at: the library makes another one, for which the proof would be asked twice."""
        return super().get_context_data(**kwargs) | kwargs
