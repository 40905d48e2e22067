import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0050_rechecks"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("saved", "Saved"),
                    ("published", "Published"),
                    ("withdrawn", "Withdrawn"),
                    ("merged", "Merged into another record"),
                    ("restored", "Restored"),
                    ("discarded", "Thrown away"),
                    ("submitted", "Submitted for review"),
                    ("sent-back", "Sent back"),
                    ("approved", "Approved"),
                    ("owned", "Given to a partner"),
                    ("scheduled", "To be published at a time"),
                    ("taken-back", "Not to be published at that time"),
                    ("roles", "Roles of a team"),
                    ("settings", "Settings of a team"),
                    ("exported", "Taken along as a file"),
                    ("refused", "Refused a page"),
                    ("log-in", "Logged in"),
                    ("failed", "Log-in failed"),
                    ("log-out", "Logged out"),
                    ("password", "Password"),
                    ("factor", "Second factor"),
                    ("invited", "Invited"),
                    ("account", "Account"),
                    ("asked", "To be looked at again"),
                    ("dismissed", "Not touched by a change"),
                    ("commented", "Commented"),
                    ("resolved", "Comment resolved"),
                    ("reopened", "Comment opened again"),
                    ("removed", "Text of a comment removed"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        help_text="Of the document; empty for the record as a whole.",
                        max_length=80,
                    ),
                ),
                (
                    "text",
                    models.TextField(blank=True, help_text="Empty once it was removed.", max_length=2000),
                ),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="records.comment",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        help_text="What it was written about.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="records.revision",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["written_at", "pk"]},
        ),
    ]
