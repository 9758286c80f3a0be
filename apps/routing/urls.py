from django.urls import path

from apps.routing.views import endpoints, learning, models, why

app_name = "routing"
ENDPOINT = "p/<int:project_id>/learning/endpoints/<int:endpoint_id>"

urlpatterns = [
    path("p/<int:project_id>/learning/", learning.learning, name="learning"),
    path("p/<int:project_id>/learning/plan/", learning.plan, name="plan"),
    path("p/<int:project_id>/learning/run/", learning.run, name="run"),
    path("p/<int:project_id>/learning/job/", learning.job, name="job"),
    path("p/<int:project_id>/learning/cancel/", learning.cancel, name="cancel"),
    path("p/<int:project_id>/learning/models/<int:model_id>/", models.model, name="model"),
    path("p/<int:project_id>/learning/endpoints/", endpoints.endpoints, name="endpoints"),
    path(f"{ENDPOINT}/", endpoints.endpoint, name="endpoint"),
    path(f"{ENDPOINT}/do/", endpoints.endpoint_do, name="endpoint_do"),
    path(f"{ENDPOINT}/remove/", endpoints.endpoint_remove, name="endpoint_remove"),
    path(f"{ENDPOINT}/job/", endpoints.endpoint_job, name="endpoint_job"),
    path("p/<int:project_id>/learning/note/", why.note, name="note"),
    path("p/<int:project_id>/learning/why/<int:task_id>/", why.why, name="why"),
]
