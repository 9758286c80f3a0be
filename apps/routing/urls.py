from django.urls import path

from apps.routing.views import learning, models, why

app_name = "routing"

urlpatterns = [
    path("p/<int:project_id>/learning/", learning.learning, name="learning"),
    path("p/<int:project_id>/learning/plan/", learning.plan, name="plan"),
    path("p/<int:project_id>/learning/run/", learning.run, name="run"),
    path("p/<int:project_id>/learning/job/", learning.job, name="job"),
    path("p/<int:project_id>/learning/cancel/", learning.cancel, name="cancel"),
    path("p/<int:project_id>/learning/models/<int:model_id>/", models.model, name="model"),
    path("p/<int:project_id>/learning/note/", why.note, name="note"),
    path("p/<int:project_id>/learning/why/<int:task_id>/", why.why, name="why"),
]
