from django.urls import path

from apps.routing.views import drifts, endpoints, learning, maps, models, replays, why

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
    path("p/<int:project_id>/learning/map/", maps.show, name="map"),
    path("p/<int:project_id>/learning/map/run/", maps.run, name="map_run"),
    path("p/<int:project_id>/learning/map/job/", maps.job, name="map_job"),
    path("p/<int:project_id>/learning/map/cancel/", maps.cancel, name="map_cancel"),
    path("p/<int:project_id>/learning/map/points/", maps.points, name="map_points"),
    path("p/<int:project_id>/learning/map/task/<int:task_id>/", maps.task, name="map_task"),
    path("p/<int:project_id>/learning/map/look/", maps.look, name="map_look"),
    path("p/<int:project_id>/learning/map/queue/", maps.queue, name="map_queue"),
    path("p/<int:project_id>/learning/undo/<int:raise_id>/", maps.undo, name="undo"),
    path("p/<int:project_id>/learning/drift/", drifts.show, name="drift"),
    path("p/<int:project_id>/learning/drift/<int:drift_id>/", drifts.one, name="drift_run"),
    path("p/<int:project_id>/learning/drift/<int:drift_id>/help/", drifts.help_, name="drift_help"),
    path("p/<int:project_id>/learning/drift/ask/", drifts.ask, name="drift_ask"),
    path("p/<int:project_id>/learning/drift/job/", drifts.job, name="drift_job"),
    path("p/<int:project_id>/learning/drift/cancel/", drifts.cancel, name="drift_cancel"),
    path("p/<int:project_id>/learning/replays/", replays.show, name="replays"),
    path("p/<int:project_id>/learning/replays/<int:replay_id>/", replays.one, name="replay"),
    path("p/<int:project_id>/learning/replays/<int:replay_id>/adopt/", replays.adopt, name="adopt"),
    path("p/<int:project_id>/learning/replays/ask/", replays.ask, name="replay_ask"),
    path("p/<int:project_id>/learning/replays/job/", replays.job, name="replay_job"),
    path("p/<int:project_id>/learning/replays/cancel/", replays.cancel, name="replay_cancel"),
    path("p/<int:project_id>/learning/note/", why.note, name="note"),
    path("p/<int:project_id>/learning/why/<int:task_id>/", why.why, name="why"),
]
