"""What the models cannot say: the first answer locks the protocol of its project.

Once for each statement, so an import of many answers asks once; a project without a protocol has no
row here, so nothing is written. A lead who changes something holds the protocol's row, and the first
answer waits for the change.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION first_answer_locks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE projects_protocol SET locked_at = statement_timestamp()
  WHERE locked_at IS NULL AND project_id IN (SELECT project_id FROM added);
  RETURN NULL;
END $$;

CREATE TRIGGER first_answer_locks AFTER INSERT ON annotations_annotation
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION first_answer_locks();

CREATE FUNCTION answered_is_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.locked_at IS NULL AND EXISTS (
    SELECT 1 FROM annotations_annotation WHERE project_id = NEW.project_id
  ) THEN
    NEW.locked_at := statement_timestamp();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER answered_is_locked BEFORE INSERT OR UPDATE ON projects_protocol
  FOR EACH ROW EXECUTE FUNCTION answered_is_locked();
"""

BACKWARDS = """
DROP TRIGGER answered_is_locked ON projects_protocol;
DROP FUNCTION answered_is_locked();
DROP TRIGGER first_answer_locks ON annotations_annotation;
DROP FUNCTION first_answer_locks();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0002_history_stands"),
        ("projects", "0002_protocols"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
