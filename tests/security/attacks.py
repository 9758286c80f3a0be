"""Texts that would be more than text if a page let them, and which columns take none."""

from __future__ import annotations

from tests.factories import LABELS

HIT = "window.__hit=1"
# What a template that is run would make of the sum in the corpus.
SUM = "62615533"
CORPUS = (
    f"<script data-hit>{HIT}</script>",
    f"</script><script data-hit>{HIT}</script>",
    f"<img src=x data-hit onerror={HIT}>",
    f"<svg data-hit onload={HIT}>",
    f'"><b data-hit onmouseover={HIT}>',
    f'" data-hit autofocus onfocus={HIT} x="',
    f"' data-hit autofocus onfocus={HIT} x='",
    "</textarea></title></style><b data-hit>",
    "--><b data-hit>]]><b data-hit>",
    "{{7919*7907}}${7919*7907}{% debug %}",
    '<a data-hit hx-get="/hit" hx-trigger="load">',
    f"javascript:{HIT}",
    "&lt;b data-hit&gt;&#60;b data-hit&#62;",
    "\u202eevil\u202c\u2066x\u200b\ufeff",
    "null",
    "<b data-hit>",
    '"><i data-hit>',
    "'><",
)
WHOLE = " ".join(CORPUS)
MARKDOWN = f"""# {WHOLE}

[a](javascript:{HIT}) [b](JaVaScRiPt:{HIT}) [c](java&#x0A;script:{HIT}) [d](/hit) [e](//hit.test)
[f](data:text/html,hit) <javascript:{HIT}> ![g](/hit "x") [h]: [h](vbscript:hit '" data-hit x="')

| {CORPUS[2]} | b |
|---|---|
| {CORPUS[3]} | c |

```"><b data-hit>
{WHOLE}
```

<div data-hit hx-get="/hit" hx-trigger="load">{CORPUS[0]}</div>
"""
# Names that would reach the prototypes of objects in the browser.
PROTOTYPES = {"__proto__": {"hit": 1}, "constructor": {"prototype": {"hit": 1}}}

# Which columns hold no text of people's, and why. What is not here is filled.
NO_TEXT = {
    "accounts.User.password": "a hash",
    "accounts.ApiToken.digest": "a digest",
    "accounts.Notice.url": "an address made by us",
    "annotations.Question.kind": "a kind's own name",
    "annotations.Question.name": "an identifier, and the key of every answer",
    "comments.Comment.role": "a role's own name",
    "comments.Thread.question_name": "an identifier",
    "consensus.Consensus.aggregator": "an aggregator's own name",
    "consensus.Method.aggregator": "an aggregator's own name",
    "consensus.Method.problem": "a sentence of ours",
    "consensus.Run.aggregator": "an aggregator's own name",
    "consensus.Run.code": "a digest",
    "quality.ConsensusChange.aggregator": "an aggregator's own name",
    "core.AuditEvent.action": "an action's own name",
    "core.AuditEvent.via": "one of three words",
    "core.AuditEvent.request_id": "made by us",
    "core.JobRun.kind": "a job's own name",
    "core.JobRun.queue": "a queue's own name",
    "core.JobRun.scope": "made by us of a number",
    "core.OutboxRow.consumer": "a consumer's own name",
    "core.WorkerPulse.queue": "a queue's own name",
    "exchange.ExportRun.file": "a key made by us",
    "exchange.ExportRun.format": "a format's own name",
    "exchange.ImportRun.file": "a key made by us",
    "exchange.ImportRun.format": "a format's own name",
    "exchange.ImportRun.report": "a key made by us",
    "exchange.ImportRun.sha256": "a digest",
    "routing.Endpoint.sealed": "a sealed password",
    "projects.Invitation.digest": "a digest",
    "projects.Look.route": "a page's own name",
    "projects.Look.request_id": "made by us",
    "projects.Terms.pause_reason": "a sentence of ours",
    "quality.Finding.kind": "a check's own name",
    "quality.GateEvent.move": "a move's own name",
    "quality.GoldPlan.gate": "a test's own name",
    "quality.Stage.may": "a few words of ours",
    "quality.Stage.selection": "a rule's own name",
    "routing.Replay.strategies": "strategies' own names",
    "projects.Project.demo": "the demo's own name",
    "projects.Project.layout": "one of two words",
    "tasks.Asset.media_type": "one of a few that we read from the file",
    "tasks.Asset.sha256": "a digest",
}
# What no page shows: it waits to be published, or to be given again to a program.
NO_PAGE = {"api.KeptAnswer", "exchange.StagedTask", "exchange.StagedAnswer"}
# Worked out from the answers: filled by working it out.
WORKED_OUT = {"agreement"}
# In JSON: the names of things, which the forms and the API keep to plain words.
PLAIN_KEYS = {"name", "display", "kind", "path", "colour", "key", "control", "level"}
LABEL_TEXTS = dict(zip(LABELS, (CORPUS[2], CORPUS[5], "toString"), strict=True))
# Answers with a file, which a browser keeps and does not show.
FILES = {
    *("exchange:download", "exchange:import_report", "projects:log_file"),
    "projects:protocol_file",
    "quality:looks_file",
}
