"""Accounts without an address of their own keep their name in its place: somebody may mend it, and nothing is lost."""

from django.db import migrations, models


def fill(apps, schema_editor):
    taken = set()
    for user in apps.get_model("accounts", "User").objects.order_by("pk"):
        user.name = f"{user.first_name} {user.last_name}".strip()[:150]
        if not user.email or user.email.lower() in taken:
            user.email = user.username
        user.save(update_fields=["email", "name"])
        taken.add(user.email.lower())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField("user", "name", models.CharField(blank=True, max_length=150, default="")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
