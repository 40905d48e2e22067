"""Versions that were public, related records, and other names as a third column of the search.

SQLite makes the table anew to add a column, and loses the triggers that keep its full-text index: so the index is
taken down first, and set up again at the end.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

before = import_module("media4sec.publications.migrations.0002_search")

COLUMNS = "title_stems, name_stems, text_stems"
NEW, OLD = (", ".join(f"{row}.{name}" for name in COLUMNS.split(", ")) for row in ("new", "old"))
ADD_NEW = f"INSERT INTO publications_search(rowid, {COLUMNS}) VALUES (new.id, {NEW});"
DROP_OLD = f"INSERT INTO publications_search(publications_search, rowid, {COLUMNS}) VALUES ('delete', old.id, {OLD});"

SQLITE = [
    f"CREATE VIRTUAL TABLE publications_search USING fts5({COLUMNS}, content='publications_publication', "
    "content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    f"CREATE TRIGGER publications_search_insert AFTER INSERT ON publications_publication BEGIN {ADD_NEW} END",
    "CREATE TRIGGER publications_search_delete AFTER DELETE ON publications_publication "
    f"BEGIN {DROP_OLD} END",
    f"CREATE TRIGGER publications_search_update AFTER UPDATE OF {COLUMNS} ON publications_publication "
    f"BEGIN {DROP_OLD} {ADD_NEW} END",
    "INSERT INTO publications_search(publications_search) VALUES ('rebuild')",
]
POSTGRESQL = [
    "ALTER TABLE publications_publication ADD COLUMN search tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title_stems), 'A') || "
    "setweight(to_tsvector('simple', name_stems), 'B') || "
    "setweight(to_tsvector('simple', text_stems), 'D')) STORED",
    "CREATE INDEX publications_search ON publications_publication USING gin (search)",
]
REBUILD = "INSERT INTO publications_search(publications_search) VALUES ('rebuild')"


def set_up(apps, schema_editor):
    before.run(schema_editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL})


def set_up_as_before(apps, schema_editor):
    before.forwards(apps, schema_editor)
    before.run(schema_editor, {"sqlite": [REBUILD], "postgresql": []})


class Migration(migrations.Migration):
    dependencies = [("publications", "0002_search")]

    operations = [
        migrations.RunPython(before.backwards, set_up_as_before),
        migrations.AddField(
            model_name="publication",
            name="name_stems",
            field=models.TextField(blank=True, help_text="Other names: acronyms, numbers, makers, places."),
        ),
        migrations.AddField(
            model_name="publication",
            name="related",
            field=models.TextField(
                blank=True, help_text="Related records with the reasons, worked out at publication."
            ),
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("published_at", models.DateTimeField()),
                ("document", models.TextField()),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="publications.publication",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "number"), name="publications_version_once"
                    )
                ],
            },
        ),
        migrations.RunPython(set_up, before.backwards),
    ]
