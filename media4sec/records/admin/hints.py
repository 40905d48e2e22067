"""What the editorial office says beside the fields of forms, after the help that is built in."""

from django import forms
from django.contrib import admin
from django.http import Http404

from media4sec.kinds import kinds, kinds_by_name
from media4sec.records import policy
from media4sec.records.admin.inlines import Naming
from media4sec.records.admin.lists import KindFilter
from media4sec.records.admin.unsaved import KeepsText
from media4sec.records.comments import fields_to_comment
from media4sec.records.models import FieldHint
from media4sec.records.projection import label_of

SEPARATOR = ":"


def hints_for(kind_name):
    """``{name of a field: what is said beside it}`` in the forms of a kind. One query."""
    return dict(FieldHint.objects.filter(kind_name=kind_name).values_list("field", "text"))


class HintForm(forms.ModelForm):
    """Kind and field are chosen together, so that no script is needed to offer the fields of the kind."""

    place = forms.ChoiceField(label="Field")

    class Meta:
        model = FieldHint
        fields = ["text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # a hint stays where it is
            del self.fields["place"]
            return
        places = [(kind.names.many, _places(kind.name)) for kind in kinds()]
        self.fields["place"].choices = [("", "Choose one"), *places]

    def clean_place(self):
        self.instance.kind_name, _, self.instance.field = self.cleaned_data["place"].partition(SEPARATOR)
        return self.cleaned_data["place"]

    def _get_validation_exclusions(self):
        is_known = self.instance.kind_name and self.instance.field
        return super()._get_validation_exclusions() - ({"kind_name", "field"} if is_known else set())


def _places(kind_name):
    return [(f"{kind_name}{SEPARATOR}{name}", label) for name, label in fields_to_comment(kind_name)]


@admin.register(FieldHint)
class FieldHintAdmin(KeepsText, Naming, admin.ModelAdmin):
    """Written by the editorial office, read by everybody who fills in a form."""

    form = HintForm
    list_display = ("of_field", "kind", "text")
    list_filter = (KindFilter,)
    search_fields = ("text", "field")

    def get_fields(self, request, obj=None):
        return ["of_field", "kind", "text"] if obj else ["place", "text"]

    def get_readonly_fields(self, request, obj=None):
        return ("of_field", "kind") if obj else ()

    @admin.display(description="Field", ordering="field")
    def of_field(self, hint):
        kind = kinds_by_name().get(hint.kind_name)
        return label_of(kind, hint.field) if kind else hint.field

    @admin.display(description="Kind", ordering="kind_name")
    def kind(self, hint):
        kind = kinds_by_name().get(hint.kind_name)
        return kind.names.many if kind else hint.kind_name

    def has_module_permission(self, request):
        return policy.may_advise(request.user)

    def has_view_permission(self, request, obj=None):
        return policy.may_advise(request.user)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404
