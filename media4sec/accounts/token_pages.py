"""The pages on which somebody makes and withdraws tokens of one's own."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from media4sec.accounts.factors import has_second_factor
from media4sec.accounts.models import Token
from media4sec.accounts.tokens import LONGEST_LIFE, Scope, make_token, withdraw_token
from media4sec.records import policy
from media4sec.texts import Line

MOST_TOKENS = 20  # that somebody has at a time


class NewToken(forms.Form):
    name = Line(
        label="Name",
        max_length=60,
        help_text="Which program uses it, on which machine. Who looks after accounts sees it, too.",
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[choice for choice in Scope.choices if choice[0] != Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Besides seeing what you see. Never more than you may do yourself.",
    )
    days = forms.IntegerField(
        label="Days that it works",
        min_value=1,
        max_value=LONGEST_LIFE,
        initial=90,
        help_text=f"At most {LONGEST_LIFE}.",
    )


@never_cache
@login_required
@require_safe
def tokens_page(request):
    """One's own tokens, by their names."""
    found = request.user.tokens.order_by("name")
    return render(request, "admin/accounts/tokens.html", {"title": "Tokens", "tokens": found})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_token_page(request):
    """Make a token; the answer shows it, once."""
    if not policy.is_member(request.user):
        raise PermissionDenied("This account has no role in any team.")
    if policy.needs_second_factor(request.user) and not has_second_factor(request.user):
        return redirect("mfa_activate_totp")  # a token is no way around it
    raise_if_reauthentication_required(request, app="accounts")
    form = NewToken(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            if request.user.tokens.count() >= MOST_TOKENS:
                raise ValidationError(
                    f"You have {MOST_TOKENS} tokens. Withdraw one that is not used any more."
                )
            token, secret = make_token(request.user, given["name"], given["scopes"], given["days"])
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            shown = {"title": f"Token {token}", "token": token, "secret": secret}
            return render(request, "admin/accounts/token_made.html", shown)
    return render(request, "admin/accounts/new_token.html", {"title": "Make a token", "form": form})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_token_page(request, pk):
    """Withdraw a token of one's own."""
    token = get_object_or_404(Token, pk=pk, user=request.user)
    raise_if_reauthentication_required(request, app="accounts")
    if request.method == "POST":
        withdraw_token(token, by=request.user)
        messages.success(request, f"The token “{token}” opens nothing any more.")
        return redirect("accounts-tokens")
    return render(
        request, "admin/accounts/withdraw_token.html", {"title": f"Withdraw {token}", "token": token}
    )
