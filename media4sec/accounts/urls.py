"""Addresses about accounts; those of django-allauth that are wanted here. Nobody signs up or changes the address."""

from allauth.account import views
from django.urls import include, path, re_path

from media4sec.accounts.token_pages import new_token_page, tokens_page, withdraw_token_page
from media4sec.accounts.views import ConfirmByPasskey, set_up, weekly_mail

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # says that there is none
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "2fa/webauthn/reauthenticate/", ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"
    ),  # before the library's
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("mail/", weekly_mail, name="accounts-weekly-mail"),
    path("tokens/", tokens_page, name="accounts-tokens"),
    path("tokens/new/", new_token_page, name="accounts-new-token"),
    path("tokens/<int:pk>/withdraw/", withdraw_token_page, name="accounts-withdraw-token"),
    path("set-up/<str:token>/", set_up, name="accounts-set-up"),
]
