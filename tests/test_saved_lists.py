"""Lists that somebody keeps under a name: for themselves or their team, checked when they are opened."""

import pytest

from media4sec.records import saved_lists
from media4sec.records.models import SavedList
from tests.factories import make, published
from tests.people import logged_in, member, owned, queries_for, told

pytestmark = pytest.mark.django_db
LIST = "/admin/catalogue/technology/"
PAGE = "catalogue_technology"
SAVE = "/admin/lists/save/"


@pytest.fixture
def anna(partner):
    return member("contributor", partner=partner, name="anna")


def kept(user, query="state=draft&o=-2", name="My drafts", team="", page=PAGE):
    given = {"page": page, "query": query, "name": name, "team": team}
    return logged_in(user).post(SAVE, given)


def names_above(user, address=LIST):
    return [saved.name for saved in logged_in(user).get(address).context["saved_lists"]]


def opened(user, saved=None):
    saved = saved or SavedList.objects.get()
    return logged_in(user).get(f"/admin/lists/{saved.pk}/")


def warnings_of(user, saved=None):
    saved = saved or SavedList.objects.get()
    return told(logged_in(user).get(f"/admin/lists/{saved.pk}/", follow=True))


def test_a_list_is_kept_under_a_name_and_opened_as_it_was(partner, anna):
    owned(make("technology", title="A watcher"), partner)
    page = logged_in(anna).get(LIST, {"q": "watcher", "state": "draft", "o": "-2", "p": "1"})
    offered = page.context["save_list"]

    answer = kept(anna, offered["query"].value())

    assert offered["query"].value() == "q=watcher&state=draft&o=-2"
    assert answer["Location"] == opened(anna)["Location"] == f"{LIST}?q=watcher&state=draft&o=-2"
    assert names_above(anna) == ["My drafts"]
    assert names_above(anna, "/admin/workshops/theme/") == []
    assert warnings_of(anna) == []
    found = logged_in(anna).get(f"/admin/lists/{SavedList.objects.get().pk}/", follow=True).context["cl"]
    assert [record.title for record in found.result_list] == ["A watcher"]


def test_only_what_narrows_or_orders_a_list_is_offered_to_be_kept(anna):
    assert logged_in(anna).get(LIST).context["save_list"] is None
    assert logged_in(anna).get(LIST, {"p": "1"}).context["save_list"] is None
    assert logged_in(anna).get(LIST, {"state": "draft"}).context["save_list"] is not None


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("records_record", "waiting=drafts"),
        ("records_source", "q=report"),
        ("corrections_correction", "due=open"),
        ("records_auditentry", "kind=theme"),
        (PAGE, "public=changed&review=overdue&missing=sources&verified__exact=1"),
        (PAGE, "technology_kind=software&lens=&o=1.-3"),
    ],
)
def test_every_list_can_be_kept(anna, page, query):
    assert kept(anna, query, page=page).status_code == 302
    assert warnings_of(anna) == []


def test_nobody_else_has_it(partner, anna):
    ben = member("publisher", partner=partner, name="ben")
    kept(anna)
    saved = SavedList.objects.get()

    assert names_above(ben) == []
    assert opened(ben).status_code == 404
    assert logged_in(ben).post(f"/admin/lists/{saved.pk}/delete/").status_code == 404
    assert SavedList.objects.exists()


def test_it_is_shared_with_ones_own_team_alone(partner, anna):
    ben = member("publisher", partner=partner, name="ben")
    strangers = [member("publisher", partner=other) for other in (published("partner"), None)]
    kept(anna, team=str(partner.team.pk))
    saved = SavedList.objects.get()

    assert saved.team == partner.team
    assert names_above(ben) == names_above(anna) == ["My drafts"]
    assert f"by {anna}" in " ".join(logged_in(ben).get(LIST).content.decode().split())
    assert opened(ben).status_code == 302
    assert logged_in(ben).post(f"/admin/lists/{saved.pk}/delete/").status_code == 404
    for stranger in strangers:
        assert names_above(stranger) == []
        assert opened(stranger).status_code == 404


def test_nobody_shares_with_another_team(anna):
    member("publisher", partner=published("partner", title="A university"))
    foreign = saved_lists.Team.objects.get(owner__title="A university")

    answer = kept(anna, team=str(foreign.pk))

    assert answer.context["form"].errors["team"]
    assert "A university" not in answer.content.decode()
    assert not SavedList.objects.exists()


def test_it_is_deleted_by_who_made_it(anna):
    kept(anna)
    answer = logged_in(anna).post(f"/admin/lists/{SavedList.objects.get().pk}/delete/", follow=True)

    assert answer.redirect_chain[-1][0] == LIST
    assert "“My drafts” is deleted" in answer.content.decode()
    assert not SavedList.objects.exists()


def test_the_same_name_again_is_the_new_list(anna):
    kept(anna)
    kept(anna, "state=published")
    kept(anna, "state=published", page="workshops_theme")

    assert list(SavedList.objects.order_by("pk").values_list("page", "query")) == [
        (PAGE, "state=published"),
        ("workshops_theme", "state=published"),
    ]


@pytest.mark.parametrize(
    ("query", "left", "names"),
    [
        ("state=draft&country_code=NL", "?state=draft", "“country_code”"),
        ("missing=dates&q=a", "?q=a", "“missing”"),
        ("state__exact=burnt", "", "“state”"),
        ("themes__record_ptr__exact=999999&o=1", "?o=1", "“themes”"),
        ("title__regex=(a*)*b&public=never", "?public=never", "“title”"),
        ("relations__note=1", "", "“relations”"),
    ],
)
def test_a_filter_that_is_no_more_is_named_and_left_out(anna, query, left, names):
    published("theme")
    kept(anna, query)

    assert opened(anna)["Location"] == f"{LIST}{left}"
    assert warnings_of(anna) == [
        f"“My drafts” is not as it was saved: the list no longer knows {names}, and is shown without."
    ]


def test_what_somebody_may_no_longer_see_is_not_opened(partner, anna):
    kept(anna)
    saved = SavedList.objects.create(user=anna, page="no_list", name="Gone", query="q=a")
    assert opened(anna, saved).status_code == 404
    assert opened(anna, SavedList.objects.exclude(pk=saved.pk).get()).status_code == 302

    anna.memberships.all().delete()
    assert opened(anna, saved).status_code == 302  # to the log-in


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "a" * 61},
        {"name": "a\u202eb"},
        {"query": ""},
        {"query": "a=" + "a" * 2_000},
        {"query": "&".join(f"a{n}=1" for n in range(30))},
        {"query": "q=%00"},
        {"query": "p=2"},
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_lost(anna, given):
    answer = kept(anna, **given)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["form"]["name"].value() == given.get("name", "My drafts")
    assert not SavedList.objects.exists()


def test_a_list_that_is_not_there_is_not_kept(anna):
    for page in ("accounts_user", "records_team", "x"):
        assert kept(anna, page=page).status_code == 404


def test_there_is_an_end_to_them(anna, monkeypatch):
    monkeypatch.setattr(saved_lists, "MOST_SAVED", 1)
    kept(anna)

    answer = kept(anna, name="Another")

    assert "You have 1 saved lists: delete one first." in answer.content.decode()
    assert kept(anna, "state=published").status_code == 302  # the same name
    assert SavedList.objects.count() == 1


def test_a_list_costs_one_query_more_however_many_are_kept(partner, anna):
    client = logged_in(anna)

    kept(anna, team=str(partner.team.pk))
    few = queries_for(client, LIST)
    for number in range(4):
        kept(anna, name=f"List {number}", team=str(partner.team.pk))

    assert queries_for(client, LIST) == few
