"""Forms about accounts."""

from django import forms
from django.contrib.auth.forms import SetPasswordMixin

from media4sec.accounts.models import User
from media4sec.records.policy import TeamRole
from media4sec.texts import Line


class InvitationForm(forms.Form):
    """Who is invited to a team, and as what."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    name = Line(label="Name", max_length=150, required=False)
    role = forms.ChoiceField(choices=TeamRole)


class SetUpForm(SetPasswordMixin, forms.ModelForm):
    """The first portal administrator."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean(self):
        self.validate_passwords()
        return super().clean()

    def _post_clean(self):
        super()._post_clean()
        self.validate_password_for_user(self.instance)

    def save(self, commit=True):
        user = super().save(commit=False)
        user.is_superuser = True
        return self.set_password_and_save(user, commit=commit)
