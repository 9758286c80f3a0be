from django.urls import path

from apps.annotations.views import annotate, fields, labels, projects, questions, standings, tasks

app_name = "annotations"

annotate_urls = [
    path("annotate/", annotate.annotate, name="annotate"),
    path("annotate/next/", annotate.next_task, name="next"),
    path("annotate/submit/", annotate.submit, name="submit"),
    path("annotate/revise/", annotate.revise, name="revise"),
    path("annotate/skip/", annotate.skip, name="skip"),
    path("annotate/draft/", annotate.draft, name="draft"),
    path("annotate/release/", annotate.release, name="release"),
    path("annotate/recent/<int:assignment_id>/", annotate.recent, name="recent"),
    path("annotate/guideline/", annotate.show_guideline, name="show_guideline"),
    path("annotate/confirm/", annotate.confirm, name="confirm"),
]

task_urls = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/change/", tasks.change_task, name="change_task"),
]

project_urls = [
    path("new/", projects.new_project, name="new_project"),
    path("new/form/", projects.project_form, name="project_form"),
    path("new/preview/", projects.preview, name="preview"),
    path("standings/", standings.standings, name="standings"),
    path("p/<int:project_id>/overlap/", standings.overlap, name="overlap"),
    path("p/<int:project_id>/questions/", questions.questions, name="questions"),
    path("p/<int:project_id>/questions/fields/", fields.fields, name="fields"),
    path("p/<int:project_id>/labels/<str:name>/", labels.labels, name="labels"),
    path(
        "p/<int:project_id>/questions/fields/preview/",
        fields.preview_fields,
        name="preview_fields",
    ),
]

urlpatterns = [
    *project_urls,
    path("session/", annotate.session, name="session"),
    *(
        path(f"p/<int:project_id>/{one.pattern}", one.callback, name=one.name)
        for one in (*annotate_urls, *task_urls)
    ),
]
