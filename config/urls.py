from django.urls import include, path

from apps.core import health

urlpatterns = [
    path("", include("apps.api.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.projects.urls")),
    path("", include("apps.annotations.urls")),
    path("", include("apps.comments.urls")),
    path("", include("apps.agreement.urls")),
    path("", include("apps.consensus.urls")),
    path("", include("apps.exchange.urls")),
    path("", include("apps.quality.urls")),
    path("", include("apps.routing.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
