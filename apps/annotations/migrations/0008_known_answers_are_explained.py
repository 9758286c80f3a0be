"""Why a known answer is so, for those who practise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0007_what_became_of_suggestions"),
    ]

    operations = [
        migrations.AddField(
            model_name="gold",
            name="explanation",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
