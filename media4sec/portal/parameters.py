"""Which parameters a page knows: what it does not know is refused by name, and never left out in silence."""

from functools import wraps

from django.utils.translation import gettext

from media4sec.portal.addresses import stated
from media4sec.portal.lists.views import refuse


def unknown_in(query, known=()):
    """What is wrong with the parameters that a page does not know."""
    return [(name, gettext("There is no such parameter here.")) for name in query if name not in known]


def without_parameters(view):
    """A page that says one thing at its address, whoever asks."""

    @wraps(view)
    def alone(request, **named):
        errors = unknown_in(stated(request.GET))
        return refuse(request, errors, is_alone=True) if errors else view(request, **named)

    return alone
