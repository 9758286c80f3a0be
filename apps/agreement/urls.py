from django.urls import path

from apps.agreement.views import dashboard

app_name = "agreement"

urlpatterns = [
    path("p/<int:project_id>/agreement/", dashboard.dashboard, name="dashboard"),
    path("p/<int:project_id>/agreement/panel/", dashboard.panel, name="panel"),
    path("p/<int:project_id>/agreement/by-name/", dashboard.by_name, name="by_name"),
    path("p/<int:project_id>/agreement/row/", dashboard.row, name="row"),
]
