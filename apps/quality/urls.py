from django.urls import path

from apps.quality.views import (
    adjudicate,
    alike,
    appeal_desk,
    appeals,
    asides,
    calibration_bench,
    calibrations,
    checks,
    conflicts,
    contests,
    diagnostic,
    gold,
    history,
    my_work,
    outside,
    people,
    returned,
    review,
    rules,
    signing,
    stages,
)

app_name = "quality"

urlpatterns = [
    path("p/<int:project_id>/conflicts/", conflicts.conflicts, name="conflicts"),
    path("p/<int:project_id>/conflicts/all/", conflicts.conflict_list, name="list"),
    path("p/<int:project_id>/conflicts/count/", conflicts.count, name="count"),
    path("p/<int:project_id>/conflicts/<int:task_id>/", adjudicate.adjudicate, name="adjudicate"),
    path("p/<int:project_id>/conflicts/<int:task_id>/decide/", adjudicate.decide, name="decide"),
    path("p/<int:project_id>/conflicts/<int:task_id>/later/", adjudicate.later, name="later"),
    path(
        "p/<int:project_id>/conflicts/<int:task_id>/more/", adjudicate.send_back, name="send_back"
    ),
    path(
        "p/<int:project_id>/conflicts/<int:task_id>/undo/", adjudicate.take_back, name="take_back"
    ),
    path("p/<int:project_id>/conflicts/<int:task_id>/alike/", alike.alike, name="alike"),
    path("p/<int:project_id>/conflicts/pass/<uuid:key>/undo/", alike.take_pass, name="take_pass"),
    path("p/<int:project_id>/sign/", signing.to_sign, name="to_sign"),
    path("p/<int:project_id>/sign/notice/", signing.to_sign_notice, name="to_sign_notice"),
    path("p/<int:project_id>/signatures/", signing.signatures, name="signatures"),
    path("p/<int:project_id>/gold/", gold.gold, name="gold"),
    path("p/<int:project_id>/gold/plan/", gold.plan, name="gold_plan"),
    path("p/<int:project_id>/gold/<int:task_id>/make/", gold.make, name="gold_make"),
    path("p/<int:project_id>/gold/<int:task_id>/forget/", gold.forget, name="gold_forget"),
    path("p/<int:project_id>/gold/people/<int:member_id>/", gold.move, name="gate_move"),
    path("p/<int:project_id>/review/", review.review, name="review"),
    path("p/<int:project_id>/review/<int:assignment_id>/", review.verdict, name="verdict"),
    path(
        "p/<int:project_id>/review/<int:assignment_id>/later/",
        review.review_later,
        name="review_later",
    ),
    path(
        "p/<int:project_id>/review/verdicts/<int:review_id>/undo/",
        review.verdict_undo,
        name="verdict_undo",
    ),
    path("p/<int:project_id>/contest/<int:assignment_id>/", contests.contest, name="contest"),
    path("p/<int:project_id>/returned/", returned.returned, name="returned"),
    path("p/<int:project_id>/returned/notice/", returned.returned_notice, name="returned_notice"),
    path(
        "p/<int:project_id>/returned/<int:assignment_id>/",
        returned.answer_return,
        name="answer_return",
    ),
    path("p/<int:project_id>/appeals/", appeals.appeals, name="appeals"),
    path("p/<int:project_id>/appeals/<int:appeal_id>/", appeals.appeal, name="appeal"),
    path(
        "p/<int:project_id>/appeals/<int:appeal_id>/restore/",
        appeals.appeal_restore,
        name="appeal_restore",
    ),
    path("p/<int:project_id>/appeals/desk/", appeal_desk.appeal_desk, name="appeal_desk"),
    path(
        "p/<int:project_id>/appeals/<int:appeal_id>/erase/",
        appeal_desk.appeal_erase,
        name="appeal_erase",
    ),
    # `signed` is left out of the log.
    path("appeal/<str:signed>/", outside.outside, name="outside"),
    path("appeal/<str:signed>/state/", outside.outside_state, name="outside_state"),
    path("p/<int:project_id>/checks/", checks.checks, name="checks"),
    path("p/<int:project_id>/checks/rules/", rules.rules, name="rules"),
    path("p/<int:project_id>/checks/run/", checks.run, name="checks_run"),
    path("p/<int:project_id>/checks/job/", checks.job, name="checks_job"),
    path("p/<int:project_id>/checks/<int:finding_id>/", checks.judge, name="finding"),
    path(
        "p/<int:project_id>/tasks/<int:task_id>/history/",
        history.task_history,
        name="task_history",
    ),
    path("p/<int:project_id>/calibrations/", calibrations.calibrations, name="calibrations"),
    path(
        "p/<int:project_id>/calibrations/<int:number>/",
        calibrations.calibration,
        name="calibration",
    ),
    path(
        "p/<int:project_id>/calibrations/<int:number>/open/",
        calibrations.calibration_open,
        name="calibration_open",
    ),
    path(
        "p/<int:project_id>/calibrations/<int:number>/<int:task_id>/",
        calibration_bench.calibration_task,
        name="calibration_task",
    ),
    path(
        "p/<int:project_id>/calibrations/<int:number>/<int:task_id>/say/",
        calibration_bench.calibration_say,
        name="calibration_say",
    ),
    path("p/<int:project_id>/annotators/", people.annotators, name="annotators"),
    path("p/<int:project_id>/annotators/run/", people.annotators_run, name="annotators_run"),
    path("p/<int:project_id>/annotators/job/", people.annotators_job, name="annotators_job"),
    path("p/<int:project_id>/annotators/labels/", people.who_for_what, name="who_for_what"),
    path("p/<int:project_id>/annotators/reference/", diagnostic.diagnostic, name="diagnostic"),
    path("p/<int:project_id>/annotators/<int:member_id>/", people.annotator, name="annotator"),
    path(
        "p/<int:project_id>/annotators/<int:member_id>/aside/", asides.aside_new, name="aside_new"
    ),
    path("p/<int:project_id>/asides/<int:aside_id>/", asides.aside, name="aside"),
    path("p/<int:project_id>/asides/<int:aside_id>/job/", asides.aside_job, name="aside_job"),
    path("p/<int:project_id>/asides/<int:aside_id>/move/", asides.aside_move, name="aside_move"),
    path("p/<int:project_id>/mine/", my_work.my_work, name="my_work"),
    path("p/<int:project_id>/stages/", stages.stages, name="stages"),
    path("p/<int:project_id>/stages/preview/", stages.stages_preview, name="stages_preview"),
]
