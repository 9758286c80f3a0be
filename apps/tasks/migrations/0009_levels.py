from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("tasks", "0008_calibration_tasks"),)

    operations = (
        migrations.AddField(
            model_name="queueentry",
            name="level",
            field=models.FloatField(db_default=0, default=0),
        ),
        # What was mixed had less than a thousandth added.
        migrations.RunSQL(
            "UPDATE tasks_queueentry q SET level = CASE WHEN p.is_mixed"
            " THEN floor(q.priority * 1000) / 1000 ELSE q.priority END"
            " FROM projects_project p WHERE p.id = q.project_id AND q.priority <> 0",
            reverse_sql=migrations.RunSQL.noop,
        ),
    )
