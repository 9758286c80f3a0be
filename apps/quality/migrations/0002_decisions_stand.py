"""What the models cannot say: no decision is ever changed."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION decisions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A decision is never changed; write a new one.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER decisions_stand BEFORE UPDATE ON quality_adjudication
  FOR EACH ROW EXECUTE FUNCTION decisions_stand();
"""

BACKWARDS = """
DROP TRIGGER decisions_stand ON quality_adjudication;
DROP FUNCTION decisions_stand();
"""


class Migration(migrations.Migration):
    dependencies = [("quality", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
