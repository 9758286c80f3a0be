from django.urls import path

from apps.consensus.views import pages

app_name = "consensus"

_project = "p/<int:project_id>/consensus/"
urlpatterns = [
    path(_project, pages.consensus, name="consensus"),
    path(f"{_project}choose/", pages.choose, name="choose"),
    path(f"{_project}compute/", pages.compute, name="compute"),
    path(f"{_project}job/<int:job_id>/", pages.job, name="job"),
    path(f"{_project}job/<int:job_id>/cancel/", pages.cancel, name="cancel"),
]
