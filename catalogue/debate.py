"""The debate sheet of a theme: statements from project sources that pull against each other, face to face."""

from dataclasses import dataclass, field

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalogue.kinds import STATEMENT
from media4sec.kinds import THEME_FACET, kinds_by_name
from media4sec.portal.parameters import without_parameters
from media4sec.portal.record.evidence import statement_row
from media4sec.portal.record.page import crumbs_of
from media4sec.portal.record.views import at_address
from media4sec.publications.index import current
from media4sec.publications.models import Publication

FOR, AGAINST = ("good",), ("bad", "ugly")
BELOW = "debate/"
MOST_READ, MOST_TOPICS, MOST_ON_A_SIDE = 200, 12, 6
READ_OF_STATEMENTS = ("kind", "identifier", "title", "url", "lens", "document", "display")  # of a statement
DEBATED_FIRST = (
    "issue",
    "pattern",
    "technology",
    "case",
    "situation",
    "roadmap-item",
)  # what is debated first


@dataclass
class Debated:
    """What statements on both sides are about; ``sides`` are rows of statements, for and against."""

    kind: str
    title: str
    url: str
    sides: tuple[list[dict], list[dict]] = field(default_factory=lambda: ([], []))


@require_safe
@without_parameters
def debate(request, ref):
    """``/themes/diy-policing/debate/``."""
    publication, answer = at_address(request, "themes", ref, BELOW)
    if answer:
        return answer
    rows, total = statements_with_a_lens(publication)
    topics = topics_of(rows)
    context = {
        "publication": publication,
        "crumbs": way_to(publication),
        "topics": topics[:MOST_TOPICS],
        "topic_count": len(topics),
        "read": len(rows),
        "total": total,
        "all_url": f"{STATEMENT.list_url}?{THEME_FACET.name}={publication.identifier}",
    }
    return render(request, "catalogue/debate.html", context)


def statements_with_a_lens(theme):
    """(the first statements on a theme that are good, bad or ugly, how many there are). One query."""
    index = current()
    slots = index.of_kinds([STATEMENT.name]) & index.having(THEME_FACET.name, [theme.identifier])
    slots = (slots & index.having("lens", [*FOR, *AGAINST])).nonzero()[0]
    pks = index.pks[index.first(slots, MOST_READ)].tolist()
    return Publication.objects.only(*READ_OF_STATEMENTS).in_order_of(pks), len(slots)


def topics_of(rows):
    """Subjects of which some speak well and some do not, those first on which most do; each statement is told once."""
    topics, told, found = {}, set(), []
    for row in rows:
        for ref in row.body["subjects"]:
            topic = topics.setdefault(
                (ref["kind"], ref["id"]), Debated(ref["kind"], ref["label"], ref["url"])
            )
            topic.sides[row.lens in AGAINST].append(row)
    for topic in sorted(topics.values(), key=order_of_debate):
        sides = [[row for row in side if row.pk not in told][:MOST_ON_A_SIDE] for side in topic.sides]
        if all(sides):
            told |= {row.pk for side in sides for row in side}
            topic.sides = tuple([statement_row(row) for row in side] for side in sides)
            found.append(topic)
    return found


def order_of_debate(topic):
    """Issues before practices, and what is debated most first."""
    place = DEBATED_FIRST.index(topic.kind) if topic.kind in DEBATED_FIRST else len(DEBATED_FIRST)
    pro, contra = map(len, topic.sides)
    return place, -min(pro, contra), -(pro + contra), topic.title


def way_to(publication):
    *crumbs, own = crumbs_of(kinds_by_name()[publication.kind], publication)
    return [*crumbs, {**own, "url": publication.url}, {"title": gettext("Debate sheet"), "url": None}]
