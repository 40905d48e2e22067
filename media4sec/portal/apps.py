from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, Warning, register


class PortalConfig(AppConfig):
    name = "media4sec.portal"
    label = "portal"


@register(Tags.security, deploy=True)
def somebody_is_told_of_weaknesses(app_configs, **options):
    if settings.SECURITY_CONTACT:
        return []
    return [
        Warning(
            "SECURITY_CONTACT is not set: /.well-known/security.txt does not exist, and nobody is told of weaknesses.",
            hint="Set it to a mailto: or https: address.",
            id="portal.W001",
        )
    ]
