from django.urls import path

from apps.projects.views import guidelines, log, people, projects, protocol

app_name = "projects"
urlpatterns = [
    path("", projects.index, name="index"),
    path("deleted/", projects.deleted, name="deleted"),
    path("join/<str:secret>/", people.join, name="join"),
    path("people/invite/", people.invite_user, name="invite_user"),
    path("p/<int:project_id>/", projects.project, name="project"),
    path("p/<int:project_id>/settings/", projects.settings, name="settings"),
    path("p/<int:project_id>/settings/state/", projects.change_state, name="change_state"),
    path("p/<int:project_id>/settings/delete/", projects.delete, name="delete"),
    path("p/<int:project_id>/log/", log.log, name="log"),
    path("p/<int:project_id>/log/<str:form>/", log.log_file, name="log_file"),
    path("p/<int:project_id>/protocol/", protocol.protocol, name="protocol"),
    path("p/<int:project_id>/protocol/amend/", protocol.amend, name="amend"),
    path("p/<int:project_id>/protocol/close/", protocol.close, name="amend_close"),
    path("p/<int:project_id>/protocol/<str:form>/", protocol.history_file, name="protocol_file"),
    path("p/<int:project_id>/people/", people.people, name="people"),
    path("p/<int:project_id>/people/<int:member_id>/", people.member, name="member"),
    path(
        "p/<int:project_id>/people/<int:member_id>/active/",
        people.change_active,
        name="change_active",
    ),
    path("p/<int:project_id>/invitations/<int:invitation_id>/", people.revoke, name="revoke"),
    path("p/<int:project_id>/guideline/", guidelines.guideline, name="guideline"),
    path(
        "p/<int:project_id>/guideline/preview/",
        guidelines.preview_guideline,
        name="preview_guideline",
    ),
    path(
        "p/<int:project_id>/guideline/compare/",
        guidelines.compare_guideline,
        name="compare_guideline",
    ),
]
