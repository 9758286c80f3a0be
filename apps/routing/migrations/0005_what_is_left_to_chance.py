"""What is left to chance, as the database tells it; whether labels are weighed; what was begun in order."""

from django.db import migrations, models

# Whether a task is of its project's hold-out: `held_out` of apps/routing/strategies/lots.py, in the
# words of the database, by the plan's share and seed, else by those that stand in `Plan` and `plan_of`.
# A test holds both against each other. Numbers of 64 bits without a sign are kept as bigint, and
# multiplied as numeric. `101` is `Draw.HOLD_OUT`.
FORWARDS = """
CREATE FUNCTION wrapped_to_64_bits(number numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (mod(mod(number, 18446744073709551616) + 27670116110564327424, 18446744073709551616)
          - 9223372036854775808)::bigint
$$;

CREATE FUNCTION mixed_64_bits(number bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE z bigint := number;
BEGIN
  z := z # ((z >> 30) & 17179869183);
  z := wrapped_to_64_bits(z::numeric * 13787848793156543929);
  z := z # ((z >> 27) & 137438953471);
  z := wrapped_to_64_bits(z::numeric * 10723151780598845931);
  RETURN z # ((z >> 31) & 8589934591);
END $$;

CREATE FUNCTION start_of_lots(seed bigint, draw integer) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  step numeric := 11400714819323198485;
  z bigint := mixed_64_bits(wrapped_to_64_bits(seed + step));
BEGIN
  RETURN mixed_64_bits(wrapped_to_64_bits(z + draw * step + step));
END $$;

CREATE FUNCTION is_left_to_chance(of_project bigint, task bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  share double precision;
  seed bigint;
  z bigint;
BEGIN
  SELECT p.exploration, p.seed INTO share, seed FROM routing_plan p WHERE p.project_id = of_project;
  IF NOT FOUND THEN
    share := 0.1;
    seed := of_project % 2147483647;
  END IF;
  z := mixed_64_bits(wrapped_to_64_bits(
    task::numeric * 11400714819323198485 + start_of_lots(seed, 101)));
  RETURN (((z >> 11) & 9007199254740991) + 0.5::float8) * 2.0::float8 ^ -53 < share;
END $$;
"""
BACKWARDS = """
DROP FUNCTION is_left_to_chance(bigint, bigint);
DROP FUNCTION start_of_lots(bigint, integer);
DROP FUNCTION mixed_64_bits(bigint);
DROP FUNCTION wrapped_to_64_bits(numeric);
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0004_looks_and_pseudo_labels")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="weighing",
            field=models.CharField(
                choices=[
                    ("auto", "Where a label is rare and that surely finds labels better"),
                    ("always", "Always"),
                    ("never", "Never"),
                ],
                db_default="auto",
                default="auto",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="ranking",
            name="begun",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
