import time

from django.apps import AppConfig

SINCE = "since"  # in a session: when it began


class AccountsConfig(AppConfig):
    name = "media4sec.accounts"
    default_auto_field = "django.db.models.AutoField"  # as Django's own table of accounts had it

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(begin_session)


def begin_session(sender, request, **more):
    request.session[SINCE] = int(time.time())
