"""What the models cannot say: the head's key, and that no revision is ever changed.

Erasure is the one exception: it replaces the content by a tombstone, once, and says when.
"""

from django.db import migrations

FORWARDS = """
ALTER TABLE tasks_assignment
  ADD CONSTRAINT an_assignment_points_to_its_head
  FOREIGN KEY (head_id) REFERENCES annotations_annotation (id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION annotations_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
     AND (NEW.id, NEW.project_id, NEW.task_id, NEW.annotator_id, NEW.assignment_id, NEW.key,
          NEW.body_hash, NEW.predecessor_id, NEW.revision, NEW.question_version, NEW.submitted_at)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.project_id, OLD.task_id, OLD.annotator_id, OLD.assignment_id, OLD.key,
          OLD.body_hash, OLD.predecessor_id, OLD.revision, OLD.question_version, OLD.submitted_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'An annotation is never changed; write a revision.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER annotations_stand BEFORE UPDATE ON annotations_annotation
  FOR EACH ROW EXECUTE FUNCTION annotations_stand();
"""

BACKWARDS = """
DROP TRIGGER annotations_stand ON annotations_annotation;
DROP FUNCTION annotations_stand();
ALTER TABLE tasks_assignment DROP CONSTRAINT an_assignment_points_to_its_head;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("tasks", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
