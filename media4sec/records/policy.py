"""Who may do what with which record: the one place that decides, asked with the record.

Rights come from roles, and a role is held in a team: the people of one partner, or the editorial office, which keeps
what has no responsible partner (vocabulary, law, the check, and what the project left). A portal administrator may do
everything. For everybody else the records of other teams are not there: they may name what the public sees of them.

``docs/rights.md`` is written from these tables.
"""

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Q


class TeamRole(models.TextChoices):
    CONTRIBUTOR = "contributor", "Contributor"
    REVIEWER = "reviewer", "Reviewer"
    PUBLISHER = "publisher", "Publisher"
    ADMINISTRATOR = "administrator", "Administrator"


class Right(models.TextChoices):
    """What can be done with a record of one's team; the label follows “may”."""

    SEE = "see", "see it, its history and its reports"
    WRITE = "write", "add and change it, go back to a version, submit it, comment on it"
    REVIEW = "review", "approve it or send it back, answer reports on it, remove comments of others"
    DISCARD = "discard", "throw it away if it was never public"
    PUBLISH = "publish", "publish and restore it"
    WITHDRAW = "withdraw", "withdraw it, merge it into another one"
    MANAGE = (
        "manage",
        "invite people to the team, give them roles, take off a second factor that one of them lost",
    )


_WRITERS = {TeamRole.CONTRIBUTOR, TeamRole.REVIEWER, TeamRole.PUBLISHER}
_REVIEWERS = {TeamRole.REVIEWER, TeamRole.PUBLISHER}
RIGHTS = {
    Right.SEE: set(TeamRole),
    Right.WRITE: _WRITERS,
    Right.REVIEW: _REVIEWERS,
    Right.DISCARD: _REVIEWERS,
    Right.PUBLISH: {TeamRole.PUBLISHER},
    Right.WITHDRAW: {TeamRole.PUBLISHER},
    Right.MANAGE: {TeamRole.ADMINISTRATOR},
}
# Whoever holds one of these logs in with a second factor.
NEED_SECOND_FACTOR = {TeamRole.REVIEWER, TeamRole.PUBLISHER, TeamRole.ADMINISTRATOR}
OFFICE = None  # as an owner: the editorial office


def roles_of(user):
    """The roles that somebody holds now, ``{owner's key or OFFICE: {role, …}}``; read once a request."""
    if not hasattr(user, "_roles"):
        user._roles = {}
        for owner, role in user.memberships.values_list("team__owner", "role"):
            user._roles.setdefault(owner, set()).add(role)
    return user._roles


def rights_in_short(user):
    """What somebody may do now, as texts: the same, whenever it is asked for, as long as no right comes or goes."""
    held = [f"{owner or 0} {role}" for owner, roles in roles_of(user).items() for role in roles]
    return sorted(held) + ["everything"] * user.is_superuser


def is_somebody(user):
    return bool(user and user.is_authenticated and user.is_active)


def is_everybody(user):
    """True for a portal administrator, who may do what anybody may."""
    return is_somebody(user) and user.is_superuser


def is_member(user):
    """True for those who have anything to do in the back-office."""
    return is_somebody(user) and (user.is_superuser or bool(roles_of(user)))


def needs_second_factor(user):
    held = set().union(*roles_of(user).values()) if is_somebody(user) else set()
    return is_somebody(user) and (user.is_superuser or bool(held & NEED_SECOND_FACTOR))


def is_granted(user, right):
    """False for what a token that they came with was not made for; whoever logs in came with none."""
    granted = getattr(user, "granted", None)
    return granted is None or right in granted


def owners_for(user, right):
    """For whose records somebody has this right: keys of partners, and OFFICE."""
    if not (is_somebody(user) and is_granted(user, right)):
        return set()
    return {owner for owner, held in roles_of(user).items() if held & RIGHTS[right]}


def may(user, right, record):
    """May they do this with this record? ``None`` for the user is a command, which acts for the operator."""
    if user is None:
        return True
    return is_granted(user, right) and (is_everybody(user) or record.owner_id in owners_for(user, right))


def require(user, right, *records):
    """Raises PermissionDenied, naming the first record with which they may not do it."""
    for record in records:
        if not may(user, right, record):
            raise PermissionDenied(f"You may not {Right(right).value} {record}.")


def may_somewhere(user, right):
    """Is there any team for which they have this right?"""
    return is_granted(user, right) and (is_everybody(user) or bool(owners_for(user, right)))


def may_open(user, right, record=None):
    """As Django's admin asks: with a record, or without one whether there can be any."""
    return may_somewhere(user, right) if record is None else may(user, right, record)


def may_correct(user, records):
    """May they correct something that these records share? Whoever publishes for the office, or for each of them."""
    if is_everybody(user):
        return True
    owners = owners_for(user, Right.PUBLISH)
    return OFFICE in owners or (bool(owners) and not records.exclude(_owned_by(owners)).exists())


def may_advise(user):
    """May they say what stands beside the fields of all forms? Whoever publishes for the editorial office."""
    return is_everybody(user) or OFFICE in owners_for(user, Right.PUBLISH)


def may_tell_others(user):
    """May they say which other sites are told that something public changed? Administrators of the editorial office."""
    return is_everybody(user) or OFFICE in owners_for(user, Right.MANAGE)


def may_manage(user, team):
    """May they invite people to this team, and give and take its roles?"""
    return is_everybody(user) or team.owner_id in owners_for(user, Right.MANAGE)


def may_take_off_factor(user, person):
    """Losing a second factor needs a second person: a portal administrator, or one of all teams of the first."""
    if user == person:
        return False
    of_all_teams = roles_of(person).keys() <= owners_for(user, Right.MANAGE)
    return is_everybody(user) or (of_all_teams and not person.is_superuser)


def managed(user, teams):
    """Those of the teams that they may manage."""
    if is_everybody(user):
        return teams
    owners = owners_for(user, Right.MANAGE)
    of_partners = Q(owner__in=owners - {OFFICE})
    return teams.filter(of_partners | Q(owner=None) if OFFICE in owners else of_partners)


def may_add(user, kind):
    """Vocabulary, law and the check are the editorial office's; all else whoever writes may add."""
    if kind.is_editorial and not is_everybody(user):
        return OFFICE in owners_for(user, Right.WRITE)
    return may_somewhere(user, Right.WRITE)


def _owned_by(owners, prefix=""):
    named = Q(**{f"{prefix}owner_id__in": owners - {OFFICE}})
    return named | Q(**{f"{prefix}owner_id": None}) if OFFICE in owners else named


def visible(user, records, right=Right.SEE, prefix=""):
    """Those of the rows that belong to a record which they may see; ``prefix`` leads from the row to its record."""
    if is_everybody(user):
        return records
    return records.filter(_owned_by(owners_for(user, right), prefix))


def own(user, prefix="", right=Right.SEE):
    """The condition that somebody has this right over a record; None where they have it over all of them."""
    return None if is_everybody(user) else _owned_by(owners_for(user, right), prefix)


def owner_for(user, record):
    """Who is responsible for a record, in words that somebody may know."""
    if record.owner is None:
        return "Editorial office"
    return title_for(user, record.owner) or "A partner that is not public"


def nameable(user, records, also=()):
    """Those records that somebody may name: their own, all that the public sees, and ``also`` those with these keys."""
    if is_everybody(user):
        return records
    return records.filter(own(user) | Q(public_state="published") | Q(pk__in=also))


def knowable(user, shared):
    """Those sources or tags that somebody may know: of their own records, public ones, and what they just made.

    ``None`` for the user is a command, which acts for the operator.
    """
    if user is None or is_everybody(user):
        return shared
    path = shared.model.users_path
    used = Q(**{f"{path}__isnull": False})  # what nobody uses is not the office's
    known = used & own(user, f"{path}__") | ~used & Q(made_by=user.pk) | Q(is_public=True)
    return shared.filter(pk__in=shared.model.objects.filter(known).values("pk"))


def usable(owner, shared):
    """Those sources or tags that the records of an owner (a key, or OFFICE) take up: public ones, then their own."""
    uses = shared.model._meta.get_field(shared.model.uses_name)
    to_record = shared.model.users_path.rpartition("__")[2]
    own = uses.related_model.objects.filter(
        _owned_by({owner}, f"{to_record}__"), **{uses.field.name: OuterRef("pk")}
    )
    return shared.filter(Q(is_public=True) | Exists(own)).order_by("-is_public", "pk")


def name_for(user, record):
    """What a record is called for somebody (None: a command): of another team's, only as the public knows it."""
    title = title_for(user, record)
    return record.name_with(title) if title else f"{record.kind_label} that is not public"


def title_for(user, record):
    """The title of a record as somebody may know it; empty where they may not know that there is one."""
    if may(user, Right.SEE, record):
        return record.title
    return record.public_title if record.public_state == "published" else ""
