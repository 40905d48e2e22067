"""Forms of the back-office that were saved, so that pressing twice saves once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0006_title_key")]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=40, unique=True)),
                ("digest", models.CharField(help_text="Of everything that was sent.", max_length=64)),
                ("version", models.PositiveIntegerField(help_text="Of the record, as this form left it.")),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.record"
                    ),
                ),
            ],
        )
    ]
