"""Forms of the back-office that lose no text: what was typed and not saved can be filled in again."""

from functools import partialmethod

from media4sec.records.unsaved import forget_sent, typed_again, unsaved_in


class KeepsText:
    """An admin whose form carries a note of who opened it, and can be filled with what that person typed before."""

    change_form_template = "admin/kept_form.html"

    def get_form(self, request, obj=None, change=False, **kwargs):
        made = super().get_form(request, obj, change, **kwargs)
        if typed := self._typed(request, obj):
            made.__init__ = partialmethod(made.__init__, typed)  # the class is made for this request
        return made

    def get_formset_kwargs(self, request, obj, inline, prefix):
        typed = self._typed(request, obj if obj.pk else None)
        return super().get_formset_kwargs(request, obj, inline, prefix) | ({"data": typed} if typed else {})

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        forget_sent(request)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if self._may_write(request, obj):
            context["unsaved"] = unsaved_in(request, context["adminform"].form)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _typed(self, request, obj):
        return typed_again(request) if self._may_write(request, obj) else None

    def _may_write(self, request, obj):
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
