"""Pictures in few numbers, for finding nearly equal ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0003_repeats"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="gist",
            field=models.BinaryField(null=True),
        ),
    ]
