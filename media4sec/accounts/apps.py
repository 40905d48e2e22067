import time

from django.apps import AppConfig

# In a session: when it began, and what its owner might do when its identifier was made.
SINCE, HELD_RIGHTS = "since", "rights"


class AccountsConfig(AppConfig):
    name = "media4sec.accounts"
    default_auto_field = "django.db.models.AutoField"  # as Django's own table of accounts had it

    def ready(self):
        from allauth.mfa.recovery_codes.internal import auth
        from django.contrib.auth.signals import user_logged_in

        from media4sec.accounts import told
        from media4sec.accounts.recovery import RecoveryCodes

        told.connect()
        user_logged_in.connect(begin_session)
        # The library has no setting for it. What reads codes looks it up here each time (``Authenticator.wrap()``);
        # what makes new ones has taken the library's own class before, which makes the same seed.
        auth.RecoveryCodes = RecoveryCodes


def begin_session(sender, request, user, **more):
    from media4sec.records import policy

    request.session[SINCE], request.session[HELD_RIGHTS] = int(time.time()), policy.rights_in_short(user)
