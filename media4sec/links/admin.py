"""Links in the back-office: which ones are broken or have moved, in the records that somebody may see."""

from django.contrib import admin
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from media4sec.links.models import Link, LinkUse
from media4sec.records import policy
from media4sec.records.admin.lists import MOST_SHOWN, ForMembers, admin_url
from media4sec.records.admin.start import MOST_ROWS, Row, StartSection
from media4sec.records.models import Record

LinkState = Link.State


class MovedFilter(admin.SimpleListFilter):
    title = "address"
    parameter_name = "moved"

    def lookups(self, request, model_admin):
        return [("yes", "Has moved for good"), ("archived", "Has an archived copy")]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.exclude(moved_to="")
            case "archived":
                return queryset.exclude(archived_url="")


@admin.register(Link)
class LinkAdmin(ForMembers):
    """Only to be read: addresses are corrected where they stand."""

    list_display = ("url", "says", "moves", "copy", "records")
    list_filter = ("state", MovedFilter)
    search_fields = ("url",)
    show_full_result_count = False
    actions = None
    fields = ("address", "says", "moves", "copy", "checked", "used_by")

    def get_queryset(self, request):
        uses = uses_for(request.user).filter(link=OuterRef("pk")).order_by()
        number = uses.values("link").annotate(number=Count("pk")).values("number")
        links = super().get_queryset(request).filter(Exists(uses))
        return links.annotate(uses_seen=number)

    def get_ordering(self, request):
        """What is broken first, then what may be."""
        first = {LinkState.BROKEN: 0, LinkState.FAILING: 1}
        place = Case(*(When(state=state, then=Value(n)) for state, n in first.items()), default=Value(2))
        return [place, "url"]

    def get_object(self, request, object_id, from_field=None):
        link = super().get_object(request, object_id, from_field)
        if link is not None:
            link.asked_by = request.user
        return link

    # Rights

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission

    # What is shown

    @admin.display(description="Address")
    def address(self, link):
        return outside(link.url, link.url)

    @admin.display(description="What was found", ordering="state")
    def says(self, link):
        return f"{link.get_state_display()}. {found_of(link)}".strip()

    @admin.display(description="Leads for good to", ordering="moved_to")
    def moves(self, link):
        return outside(link.moved_to, link.moved_to) if link.moved_to else "-"

    @admin.display(description="Archived copy", ordering="archived_on")
    def copy(self, link):
        return copy_of(link) or "-"

    @admin.display(description="Last checked", ordering="checked_at")
    def checked(self, link):
        return day_of_check(link) or "Not yet"

    @admin.display(description="Your records", ordering="uses_seen")
    def records(self, link):
        return link.uses_seen

    @admin.display(description="Used by")
    def used_by(self, link):
        users = Record.objects.filter(pk__in=uses_for(link.asked_by).filter(link=link).values("record"))
        rows = ((admin_url(record), record) for record in users[:MOST_SHOWN])
        more = max(link.uses_seen - MOST_SHOWN, 0)
        links = format_html_join("", '<a class="used-by" href="{}">{}</a>', rows)
        return format_html("{}{}", links, f"{more} more" if more else "")

    # On other pages

    def start_section(self, request):
        """The broken links in what somebody may see, those that broke last on top. One query."""
        links = self.get_queryset(request).filter(state=LinkState.BROKEN).annotate(total=Window(Count("pk")))
        links = list(links.order_by("-failing_since", "url")[:MOST_ROWS])
        rows = [
            Row(
                link_page(link),
                link.url,
                f"In {link.uses_seen} record{'' if link.uses_seen == 1 else 's'}",
                found_of(link),
            )
            for link in links
        ]
        url = reverse("admin:links_link_changelist", query={"state__exact": LinkState.BROKEN})
        return StartSection("links", "Broken links", links[0].total if links else 0, url, rows=rows)

    def notices_on(self, request, record):
        """The broken links of a record, for its page: ``[(address, words)]``. One query."""
        uses = LinkUse.objects.standing().filter(record=record.pk)
        broken = Link.objects.filter(Q(state=LinkState.BROKEN), pk__in=uses.values("link"))
        return [
            (link_page(link), format_html("Broken link: {} {}", link.url, found_of(link)))
            for link in broken.order_by("url")[:MOST_ROWS]
        ]


def uses_for(user):
    """What is named in the records that somebody may see."""
    return policy.visible(user, LinkUse.objects.standing(), prefix="record__")


def link_page(link):
    return reverse("admin:links_link_change", args=[link.pk])


def found_of(link):
    """What was found at an address, in words."""
    since = f" Since {date_format(link.failing_since, 'j F Y')}." if link.failing_since else ""
    return f"{link.problem}{since}"


def copy_of(link):
    """A link to the copy that an archive has, if one is known."""
    if not link.archived_url:
        return ""
    return outside(link.archived_url, f"Archived on {date_format(link.archived_on, 'j F Y')}")


def outside(url, words):
    """A link to another site, which is not told where somebody comes from."""
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', url, words)


def day_of_check(link):
    return date_format(timezone.localtime(link.checked_at), "j F Y") if link.checked_at else ""
