"""One request to one route, with a body that it takes."""

from __future__ import annotations

import uuid
from copy import copy
from typing import TYPE_CHECKING, Any

from django.test import Client

if TYPE_CHECKING:
    from tests.security.house import House


def body_of(name: str, house: House) -> Any:
    """A body that gets past the reading of it: then it is the person who is judged."""
    return {**_of_work(house), **_of_judging(house), **_of_learning()}.get(name)


def _of_work(house: House) -> dict[str, Any]:
    answer = {"id": str(uuid.uuid4()), "answers": {"intent": "praise"}}
    lent, given = house.keys["assignment_id"], house.keys_of["annotations:recent"]["assignment_id"]
    return {
        "annotations:next": {},
        "annotations:submit": {**answer, "assignment": lent},
        "annotations:revise": {**answer, "assignment": given},
        "annotations:skip": {"assignment": lent, "reason": "unclear"},
        "annotations:draft": {"assignment": lent, "answers": {}},
        "annotations:release": {"assignment": lent},
        "annotations:confirm": {"number": 1},
        "api:questions": {"questions": []},
        "api:guideline": {"text": "Rules"},
        "api:members": {"email": "new@example.org", "role": "viewer"},
        "api:gold_list": {"task": house.keys["task_id"], "answers": {"intent": "praise"}},
        "api:imports": {"rows": [{"data": {"text": "Hello"}}]},
        "api:task_threads": {"text": "Why?"},
        "api:threads": {"text": "Why?"},
        "api:thread_fold": {"text": "New rules"},
        "api:thread": {"is_resolved": True},
        "api:thread_comments": {"text": "So."},
        "api:comment": {"text": "Why not?"},
        "comments:comment": {"deed": "delete"},
        "api:submit": answer,
        "api:revise": answer,
        "api:draft": {"answers": {}},
        "api:adjudicate": {"answers": {"intent": "praise"}},
        "api:exports": {"format": "jsonl"},
        "accounts:reset": {"email": "nobody@example.org"},
    }


def _of_judging(house: House) -> dict[str, Any]:
    given = house.keys_of["annotations:recent"]["assignment_id"]
    review = {"assignment": given, "annotation": house.keys["annotation_id"]}
    return {
        "api:stages": {"stages": []},
        "api:amendments": {"reason": "A misprint.", "meaning": "Approved", "password": "wrong"},
        "api:signatures": {"subjects": [], "meaning": "Approved", "password": "wrong"},
        "api:rules": {"rules": []},
        "api:label_plan": {"labels": []},
        "api:rules_trial": {"rules": []},
        "api:reviews": {**review, "verdict": "accept"},
        "api:appeals": {"task": house.keys["task_id"], "text": "It is not so."},
        "api:appeal_decide": {
            "outcome": "upheld",
            "explanation": "It is.",
            "rule": "Rules",
        },
        "api:appeal_look": {"answers": {"intent": "praise"}},
        "api:contests": {
            "assignment": house.keys_of["quality:contest"]["assignment_id"],
            "text": "It is not so.",
        },
        "api:stages_preview": {"stages": []},
        "quality:contest": {"text": "It is not so."},
        "quality:appeal_desk": {"target_days": 5},
        "quality:outside": {"key": str(uuid.uuid4()), "text": "It is not so."},
        "consensus:choose": {"question": "intent", "aggregator": "majority_vote"},
        "consensus:compute": {"question": "intent"},
        "quality:gate_move": {"move": "pause"},
        "api:gate": {"move": "pause"},
        "quality:calibration_say": {"text": "So."},
        "api:calibrations": {"number": 1},
        "quality:aside_move": {"move": "set", "reason": "x"},
        "api:asides": {"annotator": house.keys["member_id"]},
        "api:aside": {"move": "set", "reason": "x"},
        "quality:finding": {"move": "dismiss", "reason": "x"},
    }


def _of_learning() -> dict[str, Any]:
    return {
        "routing:plan": {"when": "never", "strategy": "margin", "exploration": 0.1, "bar": 0.5},
        "routing:suggestions": {"shown": "yes"},
        "routing:endpoint_do": {"deed": "pause"},
        "api:endpoints": {"name": "Theirs", "url": "http://10.0.0.5:9090"},
        "api:endpoint_do": {"deed": "check"},
        "api:endpoint": {"is_taught": True},
        "routing:map_queue": {"part": "0", "level": "1", "count": "9"},
        "routing:drift_help": {"level": "1", "count": "9"},
        "api:raises": {"part": 0, "count": 9},
        "routing:in_use_days": {"maturity_days": "7", "retention_days": "90"},
        "routing:feed_rules": {"do": "save", "0-kind": "lot", "0-share": "0.1"},
        "routing:relabel": {"count": "5", "level": "1"},
        "api:predictions": {
            "predictions": [{"key": "k", "model": "v1", "answers": {"intent": "praise"}}]
        },
        "api:outcomes": {"outcomes": [{"key": "k", "question": "intent", "value": "praise"}]},
        "api:feed": {"maturity_days": 7},
        "api:feed_trial": {"rules": []},
        "api:in_use_relabel": {"count": 5},
        "routing:adopt": {"strategy": "margin"},
        "api:searches": {"question": "intent"},
        "api:replays": {"question": "intent", "strategies": ["margin"]},
    }


def call(
    client: Client, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:
    """One request; of the client's cookies nothing is changed."""
    cookies = copy(client.cookies)
    options: dict[str, Any] = {"headers": headers or {}}
    if method not in {"GET", "HEAD"}:
        is_json = "/api/" in url or "/annotate/" in url
        options |= {"data": body if body is not None else {}}
        if is_json or method != "POST":
            options["content_type"] = "application/json"
    try:
        answer = getattr(client, method.lower())(url, **options)
    finally:
        client.cookies = cookies
    # Read to its end a file is closed, too.
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def is_sent_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
