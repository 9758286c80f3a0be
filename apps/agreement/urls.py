from django.urls import path

from apps.agreement.views import behind, dashboard, guideline, printed

app_name = "agreement"

IN_PROJECT = "p/<int:project_id>/agreement/"

urlpatterns = [
    path(IN_PROJECT, dashboard.dashboard, name="dashboard"),
    path(f"{IN_PROJECT}by-name/", dashboard.by_name, name="by_name"),
    path(f"{IN_PROJECT}tasks/", behind.tasks_behind, name="tasks"),
    path(f"{IN_PROJECT}report/", printed.report, name="report"),
    path(f"{IN_PROJECT}guideline/", guideline.guideline_effect, name="guideline_effect"),
    path(f"{IN_PROJECT}row/", dashboard.row, name="row"),
    *(
        path(f"{IN_PROJECT}{name}/", dashboard.section, {"name": name}, name=name)
        for name in dashboard.SECTIONS
        if name != "dashboard"
    ),
]
