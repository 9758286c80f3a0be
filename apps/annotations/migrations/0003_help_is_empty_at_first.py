from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0002_history_stands"),
    ]

    operations = [
        migrations.AlterField(
            model_name="question",
            name="help",
            field=models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
    ]
