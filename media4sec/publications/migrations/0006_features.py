import json

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """Who holds which feature, from what is kept with each publication."""
    publications, feature = (
        apps.get_model("publications", "Publication"),
        apps.get_model("publications", "Feature"),
    )
    rows = publications.objects.exclude(related="").order_by("pk").values_list("pk", "related")
    new = []
    for pk, related in rows.iterator(chunk_size=500):
        new += [feature(publication_id=pk, name=name) for name in json.loads(related)["features"]]
        if len(new) > 10_000:
            feature.objects.bulk_create(new, batch_size=500)
            new = []
    feature.objects.bulk_create(new, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("publications", "0005_generation")]

    operations = [
        migrations.CreateModel(
            name="Feature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=700)),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="features",
                        to="publications.publication",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["name", "publication"], name="publications_feature_once")
                ]
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
