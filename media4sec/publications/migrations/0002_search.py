"""Full-text search: FTS5 on SQLite, a generated tsvector on PostgreSQL; both read the stems of publications."""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE publications_search USING fts5("
    "title_stems, text_stems, content='publications_publication', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER publications_search_insert AFTER INSERT ON publications_publication BEGIN "
    "INSERT INTO publications_search(rowid, title_stems, text_stems) "
    "VALUES (new.id, new.title_stems, new.text_stems); END",
    "CREATE TRIGGER publications_search_delete AFTER DELETE ON publications_publication BEGIN "
    "INSERT INTO publications_search(publications_search, rowid, title_stems, text_stems) "
    "VALUES ('delete', old.id, old.title_stems, old.text_stems); END",
    "CREATE TRIGGER publications_search_update AFTER UPDATE OF title_stems, text_stems "
    "ON publications_publication BEGIN "
    "INSERT INTO publications_search(publications_search, rowid, title_stems, text_stems) "
    "VALUES ('delete', old.id, old.title_stems, old.text_stems); "
    "INSERT INTO publications_search(rowid, title_stems, text_stems) "
    "VALUES (new.id, new.title_stems, new.text_stems); END",
]
SQLITE_BACK = [
    "DROP TRIGGER publications_search_update",
    "DROP TRIGGER publications_search_delete",
    "DROP TRIGGER publications_search_insert",
    "DROP TABLE publications_search",
]
POSTGRESQL = [
    "ALTER TABLE publications_publication ADD COLUMN search tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title_stems), 'A') || "
    "setweight(to_tsvector('simple', text_stems), 'D')) STORED",
    "CREATE INDEX publications_search ON publications_publication USING gin (search)",
]
POSTGRESQL_BACK = [
    "DROP INDEX publications_search",
    "ALTER TABLE publications_publication DROP COLUMN search",
]


def run(schema_editor, by_vendor):
    for statement in by_vendor[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def forwards(apps, schema_editor):
    run(schema_editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL})


def backwards(apps, schema_editor):
    run(schema_editor, {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK})


class Migration(migrations.Migration):
    dependencies = [("publications", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
