"""The form of a report: what it asks, and what cannot be taken."""

import re
import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, URLValidator
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _

from media4sec.corrections.models import Correction

CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # Django itself refuses \x00
UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # control, format and direction, separators of lines and paragraphs


class PlainText(forms.CharField):
    """Text of several lines, in one spelling of its characters and of its line ends."""

    widget = forms.Textarea

    def to_python(self, value):
        text = super().to_python(value)
        text = unicodedata.normalize("NFC", normalize_newlines(text))
        is_visible = any(unicodedata.category(sign)[0] not in "CZ" for sign in text)
        return text if is_visible or "\0" in text else self.empty_value

    def validate(self, value):
        super().validate(value)
        if CONTROLS.search(value):
            raise ValidationError(
                _("The text holds control characters, as from a damaged file. Type that place anew."),
                code="controls",
            )


def refuse_unseen(value):
    """Names, addresses and identifiers show every character they have, so that none passes for another."""
    if any(unicodedata.category(sign) in UNSEEN and sign != "\0" for sign in value):
        raise ValidationError(
            _("This holds invisible characters, perhaps from copying. Type it by hand."), code="unseen"
        )


class PlainLine(forms.CharField):
    """A short text, in one spelling of its characters."""

    default_validators = [refuse_unseen]

    def to_python(self, value):
        return unicodedata.normalize("NFC", super().to_python(value))


class WebAddress(forms.URLField):
    default_validators = [URLValidator(schemes=["http", "https"]), refuse_unseen]


class MailAddress(forms.EmailField):
    default_validators = [*forms.EmailField.default_validators, refuse_unseen]


class CorrectionForm(forms.Form):
    """Asks as little as it can; only the category and the text must be given."""

    category = forms.ChoiceField(
        choices=Correction.Category.choices,
        error_messages={"required": _("Choose what kind of problem it is.")},
    )
    text = PlainText(error_messages={"required": _("Say what is wrong.")})
    part = PlainLine(required=False)
    source = WebAddress(
        required=False,
        assume_scheme="https",
        max_length=Correction._meta.get_field("source").max_length,
        error_messages={"invalid": _("The address of the source must look like https://example.org/page.")},
    )
    contact = MailAddress(
        required=False,
        max_length=Correction._meta.get_field("contact").max_length,
        error_messages={"invalid": _("The e-mail address must look like name@example.org.")},
    )
    # Nobody sees this field; programs that fill in whatever they find do.
    leave_empty = forms.CharField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, most in (("text", settings.CORRECTIONS_MAX_TEXT), ("part", 200)):
            says = _("This is too long: at most %(limit_value)d characters, yours has %(show_value)d.")
            self.fields[name].validators.append(MaxLengthValidator(most, says))

    def clean_leave_empty(self):
        if self.cleaned_data["leave_empty"]:
            raise ValidationError(
                _(
                    "A field that nobody sees was filled in, perhaps by your browser. It is empty now: send again."
                )
            )
        return ""

    @property
    def values(self):
        """What was asked for and may be stored."""
        return {name: self.cleaned_data[name] for name in ("category", "text", "part", "source", "contact")}
