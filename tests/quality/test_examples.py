"""Where an example goes in a guideline that people wrote by hand."""

from __future__ import annotations

import pytest

from apps.quality.actions.examples import insert_example


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "## Examples\n\n- new\n"),
        ("Rule.", "Rule.\n\n## Examples\n\n- new\n"),
        ("## Examples\n\n- old\n", "## Examples\n\n- old\n- new\n"),
        ("# examples #", "# examples #\n\n- new\n"),
        (
            "## Examples\n\n- old\n\n## Last\n\nEnd.",
            "## Examples\n\n- old\n- new\n\n## Last\n\nEnd.\n",
        ),
        ("## Examples\n\nSome words.", "## Examples\n\nSome words.\n\n- new\n"),
        ("```\n## Examples\n```", "```\n## Examples\n```\n\n## Examples\n\n- new\n"),
    ],
)
def test_an_example_goes_behind_the_others(text: str, expected: str) -> None:
    assert insert_example(text, "- new") == expected
