"""The databases' own full-text indexes go: search keeps its index in the process, the same for all databases."""

from importlib import import_module

from django.db import migrations, models

before = import_module("media4sec.publications.migrations.0003_versions_and_related")


class Migration(migrations.Migration):
    dependencies = [("publications", "0003_versions_and_related")]
    operations = [
        migrations.RunPython(before.before.backwards, before.set_up),
        migrations.AlterField(
            model_name="publication",
            name="name_stems",
            field=models.TextField(
                blank=True, help_text="Other names, one a line: acronyms, numbers, makers, places."
            ),
        ),
    ]
