from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("reset/", views.reset, name="reset"),
    path("reset/<str:uid>/<str:token>/", views.reset_confirm, name="reset_confirm"),
    path("me/", views.profile, name="profile"),
    path("me/password/", views.password, name="password"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
    path("people/", views.users, name="users"),
    path("people/<int:user_id>/", views.change_user, name="change_user"),
]
