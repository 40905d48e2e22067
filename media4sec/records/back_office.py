"""Django's admin as an app, with a site of our own."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "media4sec.records.site.BackOffice"
