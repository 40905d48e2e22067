"""The page of a long form: what it holds, and what is wrong in it, each with a link."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.text import capfirst

FEWEST_SECTIONS = 4  # for which a list of them is worth its place


class LongForm:
    """An admin whose form says above what it holds and what is wrong in it."""

    def render_change_form(self, request, context, *args, **kwargs):
        adminform, inlines = context["adminform"], context["inline_admin_formsets"]
        sections = [*sections_of(adminform), *(part_named(inline) for inline in inlines)]
        context["sections"] = sections if len(sections) >= FEWEST_SECTIONS else []
        context["faults"] = [
            *faults_of(adminform.form),
            *(one for inline in inlines for one in faults_in(inline)),
        ]
        return super().render_change_form(request, context, *args, **kwargs)


def sections_of(adminform):
    """(title, id) of the parts of a form, as Django's templates name them."""
    return [(part.name, f"fieldset-0-{n}-heading") for n, part in enumerate(adminform) if part.name]


def part_named(inline):
    is_one = inline.formset.max_num == 1
    name = inline.opts.verbose_name if is_one else inline.opts.verbose_name_plural
    return capfirst(name), f"{inline.formset.prefix}-heading"


def faults_of(form, of=""):
    """(field, what is wrong, id of the field) of one form."""
    for name, errors in form.errors.items():
        if name != NON_FIELD_ERRORS and name in form.fields:
            field = form[name]
            for error in errors:
                yield f"{of}{capfirst(field.label)}", error, field.id_for_label or field.auto_id


def faults_in(inline):
    """The same of the rows of a part, and of all of them together."""
    name, prefix = capfirst(inline.opts.verbose_name), inline.formset.prefix
    for error in inline.formset.non_form_errors():
        yield part_named(inline)[0], error, f"{prefix}-heading"
    for number, form in enumerate(inline.formset.forms, start=1):
        for error in form.non_field_errors():
            yield f"{name} {number}", error, f"{form.prefix}"
        yield from faults_of(form, f"{name} {number}, ")
