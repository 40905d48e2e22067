from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from media4sec.imprint import CONTACT
from media4sec.languages import CODES


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


@register(Tags.security, deploy=True)
def somebody_answers_for_the_catalogue(app_configs, **options):
    if CONTACT:
        return []
    return [
        Warning(
            "CONTACT is not set: harvesters are told the address webmaster@ of this host.",
            hint="Set it to an e-mail address that somebody reads.",
            id="portal.W002",
        )
    ]


@register(Tags.security, deploy=True)
def somebody_enforces_accessibility(app_configs, **options):
    if settings.ACCESSIBILITY_BODY or settings.ACCESSIBILITY_BODY_URL:
        return []
    return [
        Warning(
            "ACCESSIBILITY_BODY is not set: the accessibility statement says that its enforcement body is not stated.",
            hint="Name the body that enforces web accessibility for the organisation that runs the portal.",
            id="portal.W003",
        )
    ]


@register(Tags.translation)
def translations_are_compiled(app_configs, **options):
    """Without the compiled files, pages in other languages would be English, and nobody would say so."""
    folder = Path(settings.LOCALE_PATHS[0])
    missing = [code for code in CODES if not (folder / code / "LC_MESSAGES" / "django.mo").exists()]
    if not missing:
        return []
    return [
        Error(
            f"The translations are not compiled: {', '.join(missing)}.",
            hint="`make messages` does it, or `pybabel compile --directory locale --domain django`.",
            id="portal.E001",
        )
    ]
