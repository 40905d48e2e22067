from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "media4sec.accounts"
    default_auto_field = "django.db.models.AutoField"  # as Django's own table of accounts had it
