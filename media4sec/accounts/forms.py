"""Forms about accounts."""

from django import forms
from django.contrib.auth.forms import SetPasswordMixin

from media4sec.accounts.invitations import invite
from media4sec.accounts.models import User
from media4sec.records.policy import TeamRole
from media4sec.records.step_forms import Step
from media4sec.texts import Line


class Invite(Step):
    """Who is invited to a team, and as what."""

    name, title, button = "invite", "Invite somebody", "Invite"
    says = "Who has no account gets a link to choose a password. A person can hold several roles, in several teams."
    done = "has the role, and was told so by mail."

    email = forms.EmailField(label="E-mail address", max_length=254)
    called = Line(label="Name", max_length=150, required=False)
    role = forms.ChoiceField(choices=TeamRole)

    def take(self, row, by):
        given = self.cleaned_data
        return invite(row, given["role"], email=given["email"], name=given["called"], by=by)


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
