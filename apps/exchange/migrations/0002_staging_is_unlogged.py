"""Staged rows need no write-ahead log: after a crash the import starts over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE exchange_stagedtask SET UNLOGGED;"
            "ALTER TABLE exchange_stagedanswer SET UNLOGGED;",
            "ALTER TABLE exchange_stagedtask SET LOGGED;"
            "ALTER TABLE exchange_stagedanswer SET LOGGED;",
        )
    ]
