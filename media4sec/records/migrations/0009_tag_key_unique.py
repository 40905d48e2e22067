"""The database refuses a second tag that looks like another one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0008_tag_key")]

    operations = [
        migrations.AlterField(
            model_name="tag",
            name="key",
            field=models.CharField(
                editable=False,
                help_text="What names that look alike have in common.",
                max_length=200,
                unique=True,
            ),
        )
    ]
