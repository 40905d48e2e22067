"""docs/personal-data.toml says of every column whether it holds anything about people, and why."""

import tomllib
from collections import Counter

from django.apps import apps
from django.conf import settings

INVENTORY = tomllib.loads((settings.BASE_DIR / "docs/personal-data.toml").read_text("utf-8"))


def columns():
    """Every column, as ``app.Model.field``; keys and links that hold only numbers of rows aside."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.partition(".")[0] != "tests"
        for field in model._meta.local_fields
        if not field.primary_key
    }


def named():
    """How often the inventory names each column."""
    kept = [name for row in INVENTORY["kept"] for name in row["fields"]]
    without = [f"{model}.{name}" for model, names in INVENTORY["without"].items() for name in names.split()]
    return Counter(kept + without)


def test_every_column_is_in_the_inventory_once():  # gate 8.3
    found = named()
    assert columns() - found.keys() == set()
    assert found.keys() - columns() == set()
    assert [name for name, times in found.items() if times > 1] == []


def test_what_is_kept_has_a_purpose_an_end_and_somebody_who_sees_it():  # gate 8.3
    for row in INVENTORY["kept"]:
        assert row.keys() == {"what", "purpose", "about", "fields", "until", "seen_by"}
        assert all(row.values())


def test_columns_that_point_to_an_account_are_kept_and_not_passed_over():  # gate 8.3
    kept = {name for row in INVENTORY["kept"] for name in row["fields"]}
    user = apps.get_model(settings.AUTH_USER_MODEL)
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model is user
    }
    assert len(pointing) > 10
    assert pointing - kept == set()
