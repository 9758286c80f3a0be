from django.urls import path

from apps.exchange.views import exports, imports, media, uploads

app_name = "exchange"

_import = "p/<int:project_id>/imports/<int:run_id>/"
_upload = "p/<int:project_id>/media/uploads/<int:run_id>/"
_export = "p/<int:project_id>/exports/<int:run_id>/"

urlpatterns = [
    path("media/<str:signed>/", media.media, name="media"),
    path("media/<str:signed>/<slug:name>/", media.drawn, name="drawn"),
    path("media/<str:signed>/tiles/<int:level>/<int:column>_<int:row>/", media.tile, name="tile"),
    path("lent/<str:signed>/", media.lent, name="lent"),
    path("for-model/<str:signed>/", media.for_model, name="for_model"),
    path("p/<int:project_id>/media/", media.assets, name="assets"),
    path("p/<int:project_id>/media/<int:asset_id>/delete/", media.delete, name="asset_delete"),
    path("p/<int:project_id>/media/<int:asset_id>/again/", media.again, name="asset_again"),
    path(_upload, uploads.upload_run, name="upload_run"),
    path(f"{_upload}cancel/", uploads.upload_cancel, name="upload_cancel"),
    path(f"{_upload}again/", uploads.upload_again, name="upload_again"),
    path("p/<int:project_id>/imports/", imports.imports, name="imports"),
    path("p/<int:project_id>/imports/new/", imports.import_new, name="import_new"),
    path(_import, imports.import_run, name="import_run"),
    path(f"{_import}preview/", imports.import_preview, name="import_preview"),
    path(f"{_import}cancel/", imports.import_cancel, name="import_cancel"),
    path(f"{_import}again/", imports.import_again, name="import_again"),
    path(f"{_import}delete/", imports.import_delete, name="import_delete"),
    path(f"{_import}report/", imports.import_report, name="import_report"),
    path("p/<int:project_id>/exports/", exports.exports, name="exports"),
    path(_export, exports.export_run, name="export_run"),
    path(f"{_export}cancel/", exports.export_cancel, name="export_cancel"),
    path(f"{_export}download/", exports.download, name="download"),
]
