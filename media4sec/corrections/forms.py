"""The form of a report: what it asks, and what cannot be taken."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from media4sec.corrections.models import Correction
from media4sec.texts import Line, Lines, MailAddress, WebAddress


class CorrectionForm(forms.Form):
    """Asks as little as it can; only the category and the text must be given."""

    category = forms.ChoiceField(
        choices=Correction.Category.choices,
        error_messages={"required": _("Choose what kind of problem it is.")},
    )
    text = Lines(error_messages={"required": _("Say what is wrong.")})
    part = Line(required=False)
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
