"""What a model, an order and a place come to, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.template.defaultfilters import pluralize

from apps.annotations.models import Question
from apps.core.figures import probability, share
from apps.projects.models import Project
from apps.routing.actions.learning import FIRST, LEAST_WAITING
from apps.routing.actions.training import MOST_CANDIDATES
from apps.routing.models import ModelRun, Plan, Rank, Ranking, When
from apps.routing.strategies import Strategy, strategies
from apps.routing.views.kind_words import FIGURES, foreseen, told_of, unsure_of

# With fewer an interval is too wide to say anything by.
FEW = 10


def headline(run: ModelRun | None) -> str:
    if run is None:
        return "No model has learned from the answers yet."
    if run.figure["n"] < FEW:
        if crossed := _crossed(run):
            return f"By cross-validation the model says what people say in {share(crossed['value'])} of the tasks."
        return "A model learns from the answers; how good it is cannot be told yet."
    if run.measure in FIGURES:
        return FIGURES[run.measure].headline(run)
    return f"The model says what people say in {share(run.accuracy['value'])} of the tasks."


def more(run: ModelRun | None, answered: int, *, has_question: bool) -> str:
    if not has_question:
        return (
            "No question of this project asks for labels, for a number or for spans of a text, which is"
            " what models learn here. Strategies that ask no model can still put the tasks in order."
        )
    if run is None:
        left = max(FIRST - answered, 0)
        return f"It begins by itself with {FIRST} answered tasks." + (
            f" {left} more will do." if left else " It will begin within a minute."
        )
    held = run.figure["n"]
    if held < FEW:
        chance = (
            f"It is judged on the tasks that are left to chance, and only {held} of those"
            f" {'has' if held == 1 else 'have'} an answer so far."
        )
        return f"{_by_crossing(run)} {chance}".strip()
    told = FIGURES.get(run.measure)
    say = told.say if told else share
    low, high = say(run.figure["low"]), say(run.figure["high"])
    return (
        f"Between {low} and {high}, with 95 % certainty: counted on {held:,} tasks that were left to"
        f" chance, and that it has not learned from."
        f" {told.beside(run) if told else _against_guessing(run)}"
    )


def _crossed(run: ModelRun) -> dict[str, Any] | None:
    found: dict[str, Any] | None = run.figures.get("crossed")
    return found if found and found["n"] >= FEW else None


def _by_crossing(run: ModelRun) -> str:
    """What stands in for the hold-out while that is small, and what it does not tell."""
    crossed = _crossed(run)
    if not crossed:
        return ""
    return (
        f"About {share(crossed['low'])} to {share(crossed['high'])}, with 95 % certainty: each of the"
        f" {crossed['n']:,} answers that it learns from was foretold by a model that had not seen it."
        " Where a strategy chose these tasks, of all tasks it may be more or less."
    )


def _against_guessing(run: ModelRun) -> str:
    """Whether a model beats who always says the most frequent label."""
    truth: Counter[int] = Counter()
    for label, _, number in run.figures["confusion"]:
        truth[label] += number
    if not truth:
        # Of sets: all labels must be right, and no others.
        return "All labels of a task must be right for that, and no others said."
    label, number = truth.most_common(1)[0]
    often = number / run.accuracy["n"]
    always = f"Always saying {_title(run.values[label], run.question)} would be right"
    if run.accuracy["low"] > often:
        return f"{always} in {share(often)}."
    return f"{always} in {share(often)}: that it is better than this cannot be told."


ADVICE = {
    "stop": "More labels should bring little: labelling for this model may stop.",
    "go_on": "More labels should be worth it.",
    "unknown": "Whether more labels are worth it cannot be told yet.",
}


def further(run: ModelRun | None) -> str:
    """What the next labels should bring, and whether to go on."""
    found = run.figures.get("foreseen") if run else None
    if run is None or not found:
        return ""
    if found["gain"] is None:
        return f"What more labels should bring: {_small(found['why_not'])}"
    return foreseen(run, found)


def advised(run: ModelRun | None) -> str:
    """Whether to go on, by what more labels should bring and by whether models still change their minds."""
    found = run.figures.get("foreseen") if run else None
    if run is None or not found:
        return ""
    told = run.figures.get("advice")
    if told is None:
        # Of a model of one's own, or of sets, or from before it was asked: by the first rule alone.
        return ADVICE[found["verdict"]] if found["gain"] is not None else ""
    stable = next(one for one in told["reasons"] if one["rule"] == "stabilized")
    return f"{ADVICE[told['verdict']]} {stable['words']}"


def pseudo_of(run: ModelRun | None) -> str:
    """What the model is sure of and may learn from, and how right that is."""
    told = run.figures.get("pseudo") if run else None
    if not told:
        return ""
    right = told["right"]
    if told["bar"] is None:
        return (
            "The model gives itself no labels: on the tasks left to chance nothing shows yet that those"
            f" of which it is sure are right in 9 of 10 cases ({right['n']} were to judge by)."
        )
    held = f"{share(right['value'])} ({share(right['low'])} to {share(right['high'])}, n = {right['n']})"
    said = (
        f"{told['number']:,} tasks have a label of the model's own, from {probability(told['bar'])} on."
        f" On the tasks left to chance such labels are right in {held}."
    )
    later = told["later"]
    if later["n"]:
        limits = f"{share(later['low'])} to {share(later['high'])}, n = {later['n']}"
        said += (
            f" Of those that people answered since, {share(later['value'])} were right ({limits})."
        )
    if told["is_used"]:
        return f"{said} The model learned from them too: it is better for it on the tasks left to chance."
    return f"{said} It did not learn from them: nothing shows that it would be better for it."


def order_of(ranking: Ranking | None, plan: Plan) -> str:
    """What puts the tasks in order now."""
    if plan.when == When.NEVER:
        return "Tasks come in the order in which they came in."
    if ranking is None:
        if plan.when == When.AUTO:
            return (
                f"Tasks come in the order in which they came in, until a model has learned and"
                f" {LEAST_WAITING} or more wait."
            )
        return "Tasks come in the order in which they came in, until a model has learned."
    named, second = strategies.get(ranking.strategy), strategies.get(ranking.beside)
    label = named.label if named else ranking.strategy
    # Others are known from elsewhere, or were too many to look at all of them.
    is_part = ranking.candidates < ranking.waiting
    looked = f", after a look at {ranking.candidates:,}" if is_part else ""
    if ranking.candidates >= MOST_CANDIDATES:
        looked += ", drawn by lot anew each time"
    said = (
        f"{label} has put {ranking.ranked:,} of {ranking.waiting:,} waiting"
        f" task{pluralize(ranking.waiting)} in order{looked}"
    )
    told = f"{said}: {_asked(named, ranking.run)}" if named else f"{said}."
    if second:
        part = share(ranking.beside_share)
        told += f" {part} of them {second.label} chose: {_asked(second, ranking.run)}"
    return f"{told} {_begun_before(ranking.begun)}".strip()


def _begun_before(number: int) -> str:
    """What has no place among those that nobody has begun."""
    if not number:
        return ""
    go = "goes" if number == 1 else "go"
    return f"{number:,} that somebody has begun {go} on before them, in the order of the same strategy."


def why_of(rank: Rank, question: Question | None) -> str:
    """Why it stands where it stands."""
    thought = thought_of(rank, question)
    named = strategies.get(rank.strategy)
    if rank.is_held_out or not named:
        return thought
    return f"{named.label}: {_asked(named, rank.ranking.run)} {thought}".strip()


def _asked(strategy: Strategy, run: ModelRun | None) -> str:
    """What it asks for. Models of other things than one label tell it only how sure they are."""
    unsure = unsure_of(run) if run and "probabilities" in strategy.needs else ""
    return unsure or _small(strategy.summary)


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def thought_of(rank: Rank, question: Question | None) -> str:
    """What the model thought of it, or that chance chose it."""
    if rank.is_held_out:
        return "By lot: it is one of those on which models are judged."
    thought = [(_title(value, question), p) for value, p in rank.thought]
    if not thought:
        return ""
    return told_of(rank.ranking.run, thought)


def offered_of(rank: Rank, names: Mapping[int, str] | None) -> str:
    """To whom it was offered and why; without names for those who do not see them."""
    if not rank.offered:
        return ""
    if rank.is_held_out:
        who = _listed([names[pk] for pk, _ in rank.offered if pk in names]) if names else ""
        return f"Offered by lot to {who}." if who else "It was offered to somebody by lot."
    if names is None:
        return "It was offered to those whose answers should tell most about it."
    told = [
        f"{names[pk]} ({bits(tells)})" if tells is not None else names[pk]
        for pk, tells in sorted(rank.offered, key=lambda one: -(one[1] or 0))
        if pk in names
    ]
    return (
        f"Offered to {_listed(told)}, as what they say should tell most about it." if told else ""
    )


def bits(number: float) -> str:
    """How much an answer tells: 1 is a yes or no of which nothing was known."""
    return f"{probability(number)} of a bit" if number < 1 else f"{number:.1f} bits"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def proposed_of(plan: Plan, told: Mapping[str, Any] | None) -> str:
    """What models propose now; `told` is what the last run came to."""
    if not plan.is_suggesting:
        return "Models that learn here propose nothing: that is switched off below."
    number = (told or {}).get("suggested")
    if not number:
        return (
            "Where a model is sure enough, its answer is kept as a suggestion. There is none yet."
        )
    return (
        f"The last run proposed answers to {number:,} task{pluralize(number)} that nobody has begun:"
        " to those that come next, and to those of which models are surest."
    )


def shown_of(project: Project) -> str:
    """What it does to show them, or that they are shown; never without what it costs."""
    without = share(project.suggestion_hidden_share)
    lot = (
        f"Of {without} of the tasks, drawn by lot, nobody is shown any, so that what suggestions do to"
        " answers can be measured; those left to chance get none from the models here."
        if project.suggestion_hidden_share
        else "The settings leave no share without, so what suggestions do to answers is not measured;"
        " those left to chance get none from the models here."
    )
    kept = f"{lot} An answer given beside one never counts as independent: agreement leaves it out."
    if project.is_suggestion_shown:
        return f"Annotators are shown them, and accept, change or ignore them. {kept}"
    return (
        f"Annotators are not shown them. Shown, they begin with an answer that they accept, change or"
        f" ignore. {kept}"
    )


def _title(value: str, question: Question | None) -> str:
    if question is None:
        return value
    titles = {one.value: one.title for one in question.behaviour.labels(question.config)}
    return titles.get(value, value)
