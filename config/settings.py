"""All settings. The environment decides; docs/deploy/environment.md lists its variables."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from apps.core import environment
from apps.core.engines import Postgres, Redis, data_folder
from apps.core.logging import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = data_folder()

# Which process this is: web, interactive, compute or bulk (a worker of that queue), or a command.
ROLE = environment.text("CONCORD_ROLE", "command")
DEBUG = environment.flag("CONCORD_DEBUG")
HTTPS = environment.flag("CONCORD_HTTPS")
BEHIND_PROXY = environment.flag("CONCORD_BEHIND_PROXY")

# --- Engines -----------------------------------------------------------------------------------

EMBEDDED_POSTGRES = "DATABASE_URL" not in os.environ
EMBEDDED_REDIS = "REDIS_URL" not in os.environ
REDIS_URL = Redis(DATA).url if EMBEDDED_REDIS else os.environ["REDIS_URL"]

# What protects a page must not kill an import: a limit per kind of process, none for commands.
STATEMENT_SECONDS = {"web": 15, "interactive": 50, "compute": 900, "bulk": 3600}.get(ROLE, 0)
POOL_SIZE = environment.number("CONCORD_POOL_SIZE", 6 if ROLE == "web" else 0)
_address = environment.database(
    Postgres(DATA).url if EMBEDDED_POSTGRES else os.environ["DATABASE_URL"]
)
_options: dict[str, Any] = {
    **_address.pop("OPTIONS"),
    "application_name": f"concord-{ROLE}",
    "connect_timeout": "10",
    # For apps.core.statements. Django's own statements have their values in them and stay as new.
    "prepare_threshold": 2,
    "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000}"
    f" -c lock_timeout={3000 if ROLE == 'web' else 0}"
    f" -c idle_in_transaction_session_timeout={60_000 if ROLE == 'web' else 0}",
}
if POOL_SIZE:
    _options["pool"] = {"min_size": min(2, POOL_SIZE), "max_size": POOL_SIZE, "timeout": 5}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_address,
        # A pool keeps connections by itself; Django's own keeping would be refused beside it.
        "CONN_MAX_AGE": 0 if POOL_SIZE or ROLE == "command" else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "apps.core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "concord",
        "OPTIONS": {
            "serializer": "apps.core.cache.JsonSerializer",
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
        },
    }
}

# --- Secrets and people ------------------------------------------------------------------------

SECRET_KEY = environment.text("CONCORD_SECRET_KEY")
if not SECRET_KEY:
    if not EMBEDDED_POSTGRES:
        raise ImproperlyConfigured(
            "Set CONCORD_SECRET_KEY to a long random text of your own, the same for all processes:"
            " python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    SECRET_KEY = environment.kept_secret(DATA.path / "secret-key")
SECRET_KEY_FALLBACKS = environment.words("CONCORD_OLD_SECRET_KEYS")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.accounts.permissions.PasswordBackend",
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
_VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": _VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATORS + "CommonPasswordValidator"},
    {
        "NAME": _VALIDATORS + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
# Five wrong passwords for one account from one place: a quarter of an hour's rest.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.accounts.locked_out"
AXES_USERNAME_FORM_FIELD = "username"  # what authenticate() is called with, not the form
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_VERBOSE = False

# --- The application ---------------------------------------------------------------------------

OURS = "core accounts projects tasks annotations comments agreement consensus quality routing"
INSTALLED_APPS = [
    *(f"apps.{name}" for name in f"{OURS} exchange api".split()),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
    "template_partials",
]
MIDDLEWARE = [
    "apps.core.problems.tell_programs",
    "apps.core.middleware.real_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.middleware.ContentPolicy",
    "apps.core.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.core.audit.remember_request",
    "apps.core.middleware.refuse_large_bodies",
    "apps.core.middleware.log_request",
    "apps.core.middleware.refuse_nul",
    "apps.core.middleware.RequireSignIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "apps.projects.http.TellOfLock",
    "apps.projects.http.looks.keep_looks",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.core.context.theme",
            ],
            # No template needs to load what each one uses.
            "builtins": ["django.templatetags.static", "apps.core.templatetags.concord"],
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("CONCORD_STATIC", str(DATA.static)))
# Only what the build made: its sources are not fit for hashing.
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What people bring and take away: on this machine's disk, or in a bucket for all machines.
    "media": environment.media_store(environment.text("CONCORD_MEDIA_STORE")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A compressed sound has a wrong length for the browser, and its time stamps move.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    *("jpg", "jpeg", "png", "gif", "webp", "avif", "woff", "woff2"),
    *("zip", "gz", "tgz", "bz2", "xz", "br", "zst"),
    *("wav", "flac", "mp3", "ogg", "oga", "opus", "m4a", "aac", "mp4", "m4v", "webm", "mov", "avi"),
]
MEDIA_ROOT = DATA.media
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A file to import; it is streamed to disk, never held in memory.
MAX_UPLOAD_BYTES = environment.number("CONCORD_MAX_UPLOAD_MB", 2048) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 500
# A single picture: its bytes, and its pixels. Above 50 million it is read by a job, piece by piece.
MAX_IMAGE_BYTES = environment.number("CONCORD_MAX_IMAGE_MB", 1024) * 1024 * 1024
MAX_IMAGE_PIXELS = environment.number("CONCORD_MAX_IMAGE_MEGAPIXELS", 4000) * 1_000_000
MAX_MEDIA_BYTES = environment.number("CONCORD_MAX_MEDIA_MB", 2048) * 1024 * 1024
MEDIA_HOURS = environment.number("CONCORD_MEDIA_HOURS", 12)  # how long an address stays the same
FETCH_FROM, MEDIA_HOSTS, MODELS_FROM = environment.other_machines()
EMBEDDINGS, EMBEDDING_THREADS = environment.models_from_folders()

# --- What a browser may do ---------------------------------------------------------------------

# Health checks and the supervisor ask this machine by its own name.
ALLOWED_HOSTS = [*environment.words("CONCORD_HOSTS"), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = environment.words("CONCORD_ORIGINS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *(f"https://{host}" for host in MEDIA_HOSTS)],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}concord_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{_PREFIX}concord_csrf"
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS and not BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"

# --- Mail --------------------------------------------------------------------------------------

_mail = environment.email(environment.text("CONCORD_EMAIL_URL"))
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.use_ssl, _mail.use_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("CONCORD_EMAIL_FROM", "Concord <concord@localhost>")

# --- Background work ---------------------------------------------------------------------------

# Seconds after which a job of a queue is asked to end, and ended.
QUEUE_LIMITS = {"interactive": (50, 60), "compute": (900, 960), "bulk": (3600, 3900)}
CELERY_BROKER_URL = environment.celery_broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above the longest limit: below it a running job would be handed out again. What a killed
    # worker had is found long before by its row, which has had no heartbeat for a minute.
    "visibility_timeout": 2 * 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 5,
    "socket_timeout": 10,
    "socket_keepalive": True,
}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the row is tried again, at most three times
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = QUEUE_LIMITS.get(ROLE, QUEUE_LIMITS["bulk"])
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA.path / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # A message that nobody took is worth nothing once the next is due.
    "drain the outbox": {
        "task": "core.drain_outbox",
        "schedule": 1.0,
        "options": {"queue": "interactive", "expires": 2},
    },
    "sweep the jobs": {
        "task": "core.sweep",
        "schedule": 5.0,
        "options": {"queue": "interactive", "expires": 5},
    },
    # Figures rest a little after they were made; this makes those that news came too fast for.
    "make late figures": {
        "task": "agreement.tend",
        "schedule": 2.0,
        "options": {"queue": "interactive", "expires": 3},
    },
    "study what takes longer": {
        "task": "agreement.study",
        "schedule": 5.0,
        "options": {"queue": "compute", "expires": 5},
    },
    # A model of annotators is fitted anew where enough answers are new.
    "fit models": {
        "task": "consensus.tend",
        "schedule": 5.0,
        "options": {"queue": "interactive", "expires": 6},
    },
    "check": {"task": "quality.check", "schedule": 60, "options": {"expires": 60, "queue": "bulk"}},
    "tell": {"task": "quality.tell", "schedule": 60, "options": {"queue": "bulk", "expires": 60}},
    "remove old files": {
        "task": "exchange.tidy",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "mail": {"task": "accounts.mail_notices", "schedule": 300, "options": {"queue": "bulk"}},
    "rank": {"task": "routing.tend", "schedule": 5, "options": {"queue": "compute", "expires": 5}},
    "tidy": {"task": "routing.tidy", "schedule": 3600, "options": {"queue": "compute"}},
    # By the clock: counted from the start, it would never come where one starts anew each day.
    "remove deleted projects": {
        "task": "exchange.purge",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"queue": "bulk", "expires": 3600},
    },
    "take back what ran out": {
        "task": "tasks.expire_leases",
        "schedule": 10.0,
        "options": {"queue": "interactive", "expires": 10},
    },
    **{
        f"pulse of {queue}": {
            "task": "core.pulse",
            "schedule": 10.0,
            "args": (queue,),
            "options": {"queue": queue, "expires": 10},
        }
        for queue in QUEUE_LIMITS
    },
}

# --- API and logs ------------------------------------------------------------------------------

# Calls of one person in a minute; 0 counts nobody's.
API_CALLS_PER_MINUTE = environment.number("CONCORD_API_RATE", 6_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.api.throttling.PersonThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["apps.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.api.errors.answer_problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": "Everything the pages do, by the same rules.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1/(projects/\{project_id\}/)?",
    "PATH_CONVERTER_OVERRIDES": {"key": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}},
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["apps.api.schema.add_problems"],
}

LOGGING_CONFIG = "apps.core.logging.configure"
LOGGING = logging_settings(environment.text("CONCORD_LOG_LEVEL", "INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS, the redirect and secure cookies come with CONCORD_HTTPS=1:
    "security.W008",  # a first try on one's own machine has no certificate
    "security.W012",
    "security.W016",
    "security.W021",  # the browsers' preload list is for the owner of a domain to join
]
