from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_looks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reading", "Reading"),
                    ("decision", "Decision"),
                    ("verdict", "Verdict"),
                    ("amendment", "Amendment"),
                ],
                max_length=10,
            ),
        ),
    ]
