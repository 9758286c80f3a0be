from django.urls import path

from apps.accounts.views import accounts, notices

app_name = "accounts"
urlpatterns = [
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
    path("reset/", accounts.reset, name="reset"),
    path("reset/<str:uid>/<str:token>/", accounts.reset_confirm, name="reset_confirm"),
    path("me/", accounts.profile, name="profile"),
    path("me/password/", accounts.password, name="password"),
    path("me/tokens/", accounts.tokens, name="tokens"),
    path("me/tokens/<int:token_id>/revoke/", accounts.revoke_token, name="revoke_token"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_all, name="read_notices"),
    path("notices/<int:notice_id>/", notices.open_notice, name="open_notice"),
    path("notices/mail/", notices.mail, name="mail"),
    path("notices/unsubscribe/<str:signed>/", notices.unsubscribe, name="unsubscribe"),
    path("people/", accounts.users, name="users"),
    path("people/<int:user_id>/", accounts.change_user, name="change_user"),
]
