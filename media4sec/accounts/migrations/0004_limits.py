"""The table in which failed log-ins are counted, for all processes."""

from django.core.management import call_command
from django.db import migrations

TABLE = "accounts_limits"  # settings.CACHES


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_own")]
    operations = [migrations.RunPython(make, drop)]
