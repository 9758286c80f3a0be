"""What the models cannot say: no event is ever changed, deleted or emptied away."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is only added to.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_stands BEFORE UPDATE OR DELETE ON core_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_stands();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON core_auditevent
  FOR EACH STATEMENT EXECUTE FUNCTION audit_stands();
"""

BACKWARDS = """
DROP TRIGGER audit_is_not_emptied ON core_auditevent;
DROP TRIGGER audit_stands ON core_auditevent;
DROP FUNCTION audit_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
