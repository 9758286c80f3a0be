from django.urls import path, re_path, register_converter

from apps.api.views import (
    annotations,
    appeals,
    calibrations,
    consensus,
    decisions,
    diagnostic,
    docs,
    endpoints,
    feed,
    figures,
    findings,
    gold,
    history,
    learning,
    looks,
    media,
    members,
    people,
    planned,
    projects,
    protocol,
    raises,
    reviews,
    rules,
    runs,
    signatures,
    surveys,
    tasks,
    threads,
    work,
)


class RowKey:
    """Longer numbers are no keys of ours, and would not fit the database."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(RowKey, "key")
app_name = "api"

IN_PROJECT = "api/v1/projects/<key:project_id>/"
urlpatterns = [
    # Asked all day, so they are looked for first.
    path(f"{IN_PROJECT}next/", work.Next.as_view(), name="next"),
    path("api/v1/assignments/<key:assignment_id>/submit/", work.Submit.as_view(), name="submit"),
    path("api/v1/me/", projects.WhoAmI.as_view(), name="me"),
    path("api/v1/projects/", projects.Projects.as_view(), name="projects"),
    path(IN_PROJECT, projects.OneProject.as_view(), name="project"),
    path(f"{IN_PROJECT}members/", members.Members.as_view(), name="members"),
    path(f"{IN_PROJECT}members/<key:member_id>/", members.OneMember.as_view(), name="member"),
    path(f"{IN_PROJECT}questions/", projects.Questions.as_view(), name="questions"),
    path(f"{IN_PROJECT}protocol/", protocol.OneProtocol.as_view(), name="protocol"),
    path(f"{IN_PROJECT}protocol/amendments/", protocol.Amendments.as_view(), name="amendments"),
    path(
        f"{IN_PROJECT}protocol/amendments/close/",
        protocol.CloseAmendment.as_view(),
        name="amendment_close",
    ),
    path(f"{IN_PROJECT}signatures/", signatures.Signatures.as_view(), name="signatures"),
    path(
        f"{IN_PROJECT}signatures/waiting/",
        signatures.WaitingForSignature.as_view(),
        name="signatures_waiting",
    ),
    path(f"{IN_PROJECT}looks/", looks.Looks.as_view(), name="looks"),
    path(f"{IN_PROJECT}guideline/", projects.GuidelinePage.as_view(), name="guideline"),
    path(f"{IN_PROJECT}gold/", projects.GoldList.as_view(), name="gold_list"),
    path(f"{IN_PROJECT}gold/plan/", gold.Plan.as_view(), name="gold_plan"),
    path(f"{IN_PROJECT}gates/", gold.Gates.as_view(), name="gates"),
    path(f"{IN_PROJECT}gates/<key:member_id>/", gold.OneGate.as_view(), name="gate"),
    path(f"{IN_PROJECT}gold/<key:gold_id>/", projects.OneGold.as_view(), name="gold"),
    path(f"{IN_PROJECT}assets/", media.Assets.as_view(), name="assets"),
    path("api/v1/assets/<key:asset_id>/", media.OneAsset.as_view(), name="asset"),
    path("api/v1/uploads/<key:upload_id>/", media.OneUpload.as_view(), name="upload"),
    path(
        "api/v1/uploads/<key:upload_id>/cancel/", media.CancelUpload.as_view(), name="upload_cancel"
    ),
    path(f"{IN_PROJECT}imports/", runs.Imports.as_view(), name="imports"),
    path("api/v1/imports/<key:import_id>/", runs.OneImport.as_view(), name="import"),
    path(
        "api/v1/imports/<key:import_id>/cancel/", runs.CancelImport.as_view(), name="import_cancel"
    ),
    path(f"{IN_PROJECT}tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("api/v1/tasks/<key:task_id>/", tasks.OneTask.as_view(), name="task"),
    path("api/v1/tasks/<key:task_id>/history/", history.History.as_view(), name="task_history"),
    path(
        "api/v1/tasks/<key:task_id>/consensus/again/",
        consensus.ConsensusAgain.as_view(),
        name="consensus_again",
    ),
    path("api/v1/tasks/<key:task_id>/threads/", threads.TaskThreads.as_view(), name="task_threads"),
    path(f"{IN_PROJECT}threads/", threads.ProjectThreads.as_view(), name="threads"),
    path("api/v1/threads/<key:thread_id>/", threads.OneThread.as_view(), name="thread"),
    path("api/v1/threads/<key:thread_id>/fold/", threads.FoldThread.as_view(), name="thread_fold"),
    path(
        "api/v1/threads/<key:thread_id>/comments/",
        threads.ThreadComments.as_view(),
        name="thread_comments",
    ),
    path("api/v1/comments/<key:comment_id>/", threads.OneComment.as_view(), name="comment"),
    path(
        "api/v1/tasks/<key:task_id>/adjudicate/", decisions.Adjudicate.as_view(), name="adjudicate"
    ),
    path("api/v1/assignments/<key:assignment_id>/skip/", work.SkipTask.as_view(), name="skip"),
    path("api/v1/assignments/<key:assignment_id>/draft/", work.DraftOf.as_view(), name="draft"),
    path("api/v1/assignments/<key:assignment_id>/release/", work.Release.as_view(), name="release"),
    path(f"{IN_PROJECT}annotations/", annotations.Annotations.as_view(), name="annotations"),
    path(
        "api/v1/annotations/<key:annotation_id>/",
        annotations.OneAnnotation.as_view(),
        name="annotation",
    ),
    path("api/v1/annotations/<key:annotation_id>/revise/", work.Revise.as_view(), name="revise"),
    path(f"{IN_PROJECT}agreement/", figures.Agreement.as_view(), name="agreement"),
    path(
        f"{IN_PROJECT}agreement/compare/",
        figures.AgreementCompared.as_view(),
        name="agreement_compare",
    ),
    path(f"{IN_PROJECT}annotators/", people.Annotators.as_view(), name="annotators"),
    path(
        f"{IN_PROJECT}annotators/<key:member_id>/",
        people.OneAnnotator.as_view(),
        name="annotator",
    ),
    path(f"{IN_PROJECT}diagnostic/", diagnostic.Diagnostic.as_view(), name="diagnostic"),
    path(f"{IN_PROJECT}asides/", people.Asides.as_view(), name="asides"),
    path(f"{IN_PROJECT}asides/<key:aside_id>/", people.OneAside.as_view(), name="aside"),
    path(f"{IN_PROJECT}consensus/", consensus.ConsensusList.as_view(), name="consensus"),
    path(f"{IN_PROJECT}consensus/runs/", consensus.ConsensusRuns.as_view(), name="consensus_runs"),
    path(f"{IN_PROJECT}conflicts/", decisions.Conflicts.as_view(), name="conflicts"),
    path(f"{IN_PROJECT}findings/", findings.Findings.as_view(), name="findings"),
    path(f"{IN_PROJECT}queue/", learning.Queue.as_view(), name="queue"),
    path(f"{IN_PROJECT}models/", learning.Models.as_view(), name="models"),
    path(f"{IN_PROJECT}searches/", learning.Searches.as_view(), name="searches"),
    path(f"{IN_PROJECT}endpoints/", endpoints.Endpoints.as_view(), name="endpoints"),
    path(
        f"{IN_PROJECT}endpoints/<key:endpoint_id>/",
        endpoints.OneEndpoint.as_view(),
        name="endpoint",
    ),
    path(
        f"{IN_PROJECT}endpoints/<key:endpoint_id>/do/",
        endpoints.DoWithEndpoint.as_view(),
        name="endpoint_do",
    ),
    path(f"{IN_PROJECT}map/", surveys.TaskMap.as_view(), name="map"),
    path(f"{IN_PROJECT}raises/", raises.Raises.as_view(), name="raises"),
    path(f"{IN_PROJECT}raises/<key:raise_id>/undo/", raises.UndoRaise.as_view(), name="raise_undo"),
    path(f"{IN_PROJECT}drift/", surveys.Drift.as_view(), name="drift"),
    path(f"{IN_PROJECT}replays/", surveys.Replays.as_view(), name="replays"),
    path(f"{IN_PROJECT}predictions/", feed.Predictions.as_view(), name="predictions"),
    path(f"{IN_PROJECT}outcomes/", feed.Outcomes.as_view(), name="outcomes"),
    path(f"{IN_PROJECT}feed/", feed.Feed.as_view(), name="feed"),
    path(f"{IN_PROJECT}feed/trial/", feed.FeedTrial.as_view(), name="feed_trial"),
    path(f"{IN_PROJECT}in-use/", feed.InUse.as_view(), name="in_use"),
    path(f"{IN_PROJECT}in-use/looks/", feed.FeedLooks.as_view(), name="in_use_looks"),
    path(
        f"{IN_PROJECT}in-use/looks/<key:look_id>/relabel/",
        feed.Relabel.as_view(),
        name="in_use_relabel",
    ),
    path(f"{IN_PROJECT}calibrations/", calibrations.Calibrations.as_view(), name="calibrations"),
    path(
        f"{IN_PROJECT}calibrations/<key:number>/",
        calibrations.OneCalibration.as_view(),
        name="calibration",
    ),
    path(
        f"{IN_PROJECT}calibrations/<key:number>/open/",
        calibrations.OpenCalibration.as_view(),
        name="calibration_open",
    ),
    path(f"{IN_PROJECT}rules/", rules.Rules.as_view(), name="rules"),
    path(f"{IN_PROJECT}label-plan/", planned.LabelPlan.as_view(), name="label_plan"),
    path(f"{IN_PROJECT}rules/trial/", rules.RulesTrial.as_view(), name="rules_trial"),
    path(f"{IN_PROJECT}stages/", reviews.Stages.as_view(), name="stages"),
    path(f"{IN_PROJECT}reviews/", reviews.Reviews.as_view(), name="reviews"),
    path(f"{IN_PROJECT}reviews/next/", reviews.NextReview.as_view(), name="reviews_next"),
    path(
        f"{IN_PROJECT}reviews/<key:review_id>/undo/",
        reviews.UndoReview.as_view(),
        name="review_undo",
    ),
    path(f"{IN_PROJECT}reviewers/", reviews.Reviewers.as_view(), name="reviewers"),
    path(f"{IN_PROJECT}appeals/", appeals.Appeals.as_view(), name="appeals"),
    path(f"{IN_PROJECT}appeals/desk/", appeals.Desk.as_view(), name="appeals_desk"),
    path(f"{IN_PROJECT}appeals/figures/", appeals.AppealFigures.as_view(), name="appeals_figures"),
    path(f"{IN_PROJECT}appeals/links/", appeals.Links.as_view(), name="appeals_links"),
    path(f"{IN_PROJECT}appeals/<key:appeal_id>/", appeals.OneAppeal.as_view(), name="appeal"),
    path(
        f"{IN_PROJECT}appeals/<key:appeal_id>/look/",
        appeals.LookAtAppeal.as_view(),
        name="appeal_look",
    ),
    path(
        f"{IN_PROJECT}appeals/<key:appeal_id>/restore/",
        appeals.RestoreGold.as_view(),
        name="appeal_restore",
    ),
    path(f"{IN_PROJECT}contests/", appeals.Contests.as_view(), name="contests"),
    path(f"{IN_PROJECT}stages/preview/", reviews.StagesPreview.as_view(), name="stages_preview"),
    path(
        f"{IN_PROJECT}appeals/<key:appeal_id>/decide/",
        appeals.DecideAppeal.as_view(),
        name="appeal_decide",
    ),
    path(f"{IN_PROJECT}exports/", runs.Exports.as_view(), name="exports"),
    path("api/v1/exports/<key:export_id>/", runs.OneExport.as_view(), name="export"),
    path("api/v1/exports/<key:export_id>/download/", runs.Download.as_view(), name="download"),
    path("api/v1/jobs/<key:job_id>/", runs.OneJob.as_view(), name="job"),
    path("api/v1/schema/", docs.schema, name="schema"),
    path("api/v1/docs/", docs.docs, name="docs"),
    re_path(r"^api/.*$", docs.NoSuchCall.as_view(), name="no_such_call"),
]
