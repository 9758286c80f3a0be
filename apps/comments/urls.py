from django.urls import path

from apps.comments.views import folding, threads

app_name = "comments"

urlpatterns = [
    path("p/<int:project_id>/threads/", threads.threads, name="threads"),
    path("p/<int:project_id>/threads/<int:thread_id>/", threads.thread, name="thread"),
    path("p/<int:project_id>/threads/<int:thread_id>/resolve/", threads.resolve, name="resolve"),
    path("p/<int:project_id>/threads/<int:thread_id>/fold/", folding.fold, name="fold"),
    path("p/<int:project_id>/notes/<int:annotation_id>/", folding.take_up, name="take_up"),
    path("p/<int:project_id>/comments/<int:comment_id>/", threads.comment, name="comment"),
    path("p/<int:project_id>/tasks/<int:task_id>/threads/", threads.of_task, name="of_task"),
    path("p/<int:project_id>/guideline/threads/", threads.of_guideline, name="of_guideline"),
]
