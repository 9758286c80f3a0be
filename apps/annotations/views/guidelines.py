"""The guideline as the annotating page shows it."""

from __future__ import annotations

from typing import Any

from apps.projects.models import Guideline, Membership, Project


def guideline_parts(annotator: Membership, project: Project) -> dict[str, Any]:
    """The guideline by its sections, each marked when the annotator has not read it like this."""
    number, read = project.guideline_version, annotator.guideline_read
    versions = {
        one.number: one
        for one in Guideline.objects.filter(
            project=project, number__in=(number, read)
        ).select_related("created_by")
    }
    now = versions.get(number)
    if now is None:
        return {"guideline": None, "must_confirm": False}
    before = set(_sections(versions[read].text)) if read in versions else None
    sections = [
        {"text": text, "is_new": before is not None and text not in before}
        for text in _sections(now.text)
    ]
    return {
        "guideline": now,
        "sections": sections,
        "read": read,
        "must_confirm": now.must_confirm and read < number,
    }


def _sections(text: str) -> list[str]:
    """Markdown cut before each heading."""
    sections: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("#") and sections[-1]:
            sections.append([])
        sections[-1].append(line)
    return [whole for part in sections if (whole := "\n".join(part).strip())]
