"""All settings, read once from the environment and checked here, so that a bad value stops the start.

`DRAFTROOM_MODE` is `production` unless said otherwise: demonstration accounts, the demonstration mailbox and
generated secrets exist only in `demonstration`, and `test` is for the test suite.
"""

from __future__ import annotations

import re
import secrets
import zoneinfo
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]


class _Env(environ.Env):
    """Readers that complain of a value they cannot read in one line, with the variable's name alone."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise ImproperlyConfigured(f"{var} has a value that cannot be read.") from error

    def labels(self, var: str) -> dict[str, list[str]]:
        """Label -> outputs of a transformers model, written as `attack=toxic+insult,spam=LABEL_1`."""
        read = {label: names.split("+") for label, names in self._by_label(var).items()}
        if not all(all(names) for names in read.values()):
            raise ImproperlyConfigured(f"{var} must be like attack=toxic+insult,spam=LABEL_1.")
        return read

    def thresholds(self, var: str) -> dict[str, dict[str, float]]:
        """Label -> probabilities from which a text is nudged, queued and held, written as `attack=0.5/0.7/0.9`."""
        wrong = ImproperlyConfigured(
            f"{var} must be like attack=0.5/0.7/0.9: nudge, queue, hold, from 0 to 1."
        )
        names = ("nudge_at", "flag_at", "hold_at")
        try:
            read = {
                label: dict(zip(names, map(float, numbers.split("/")), strict=True))
                for label, numbers in self._by_label(var).items()
            }
        except ValueError as error:
            raise wrong from error
        for levels in read.values():
            if not (
                all(0 <= level <= 1 for level in levels.values()) and levels["flag_at"] <= levels["hold_at"]
            ):
                raise wrong
        return read

    def _by_label(self, var: str) -> dict[str, str]:
        parts = [part.strip().partition("=") for part in self.str(var, default="").split(",") if part.strip()]
        read = {label: value for label, _, value in parts}
        if len(read) != len(parts) or not read.keys() <= {"attack", "spam"}:
            raise ImproperlyConfigured(
                f"{var} must give attack or spam, or both, once each, like attack=...,spam=..."
            )
        return read


env = _Env()

# ---- mode -------------------------------------------------------------------------------------------------

MODE = env.str("DRAFTROOM_MODE", default="production")
if MODE not in {"production", "demonstration", "test"}:
    raise ImproperlyConfigured("DRAFTROOM_MODE must be production, demonstration or test.")
PRODUCTION = MODE == "production"
DEMONSTRATION = MODE == "demonstration"
DEBUG = False

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"DATA_DIR must be a folder that can be written ({error.strerror})."
    ) from error


def _required(name: str) -> str:
    """The variable's value; in production its absence stops the start with one line."""
    value = env.str(name, default="").strip()
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set in production.")
    return value


def _stored_secret() -> str:
    """A secret of this installation alone, for demonstration mode; made at the first start."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = _required("SECRET_KEY") or (_stored_secret() if DEMONSTRATION else "test-only-" * 8)
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 8):
    raise ImproperlyConfigured("SECRET_KEY must be at least 50 random characters in production.")

# ---- addresses --------------------------------------------------------------------------------------------

PORT = env.int("PORT", default=8000)
BIND_ADDRESS = env.str("BIND_ADDRESS", default="127.0.0.1")
SITE_URL = (_required("SITE_URL") or f"http://127.0.0.1:{PORT}").rstrip("/")
if not re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?", SITE_URL):
    raise ImproperlyConfigured("SITE_URL must be an address like https://talk.example.tw, without a path.")
_site = urlsplit(SITE_URL)
if PRODUCTION and _site.scheme != "https":
    raise ImproperlyConfigured("SITE_URL must begin with https:// in production.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname] if PRODUCTION else ["*"])
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must not contain * in production.")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if PRODUCTION else []

# Peers that may say who a client is and whether it came by https; the server believes nobody else.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.1", "::1"])
for _proxy in TRUSTED_PROXIES:
    try:
        _network = ip_network(_proxy)
    except ValueError as error:
        raise ImproperlyConfigured("TRUSTED_PROXIES must list IP addresses or networks.") from error
    if PRODUCTION and _network.prefixlen == 0:
        raise ImproperlyConfigured("TRUSTED_PROXIES must not be everybody in production.")
WS_MAX_BYTES = 16_384

# ---- the program ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "csp",
    "django_q",
    "forum.common",  # before django.forms: its field template replaces Django's
    "django.forms",
    "forum.accounts",
    "allauth",
    "allauth.account",
    "forum.realtime",
    "forum.notices",
    "forum.consultations",
    "forum.explainers",
    "forum.discussion",
    "moderation",
]
if not PRODUCTION:
    INSTALLED_APPS += ["forum.styleguide", "forum.demo"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "forum.common.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "forum.config.urls"
ASGI_APPLICATION = "forum.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.config.context.site",
            ],
        },
    },
]

# ---- stores -----------------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must be an address like redis://127.0.0.1:6379/0.")
try:
    DATABASES = {
        "default": dj_database_url.parse(
            env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'draftroom.sqlite3'}"
        )
    }
except ValueError as error:
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL or SQLite database.") from error
EMBEDDED = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if EMBEDDED and MODE != "test" and ":memory:" in str(DATABASES["default"]["NAME"]):
    raise ImproperlyConfigured("DATABASE_URL must name a database that outlives the process.")
if EMBEDDED:
    # One writer at a time, readers never wait; a write that finds another waits instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
elif DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL or SQLite database.")
# Shared by the threads of a web process (config/asgi.py); the worker forks, which no pool survives.
DATABASE_POOL = {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=20), "timeout": 10}

if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "draftroom"},
        }
    }
else:
    # One web process: its own memory is shared enough for rate limits and hints.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]

Q_CLUSTER = {
    "name": "draftroom",
    "orm": "default",
    "workers": env.int("WORKER_PROCESSES", default=1),
    "timeout": 60,
    "retry": 120,
    "max_attempts": 20,
    "ack_failures": False,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 200,
    "label": "Draftroom",
}

# ---- people -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "forum.accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "forum.accounts.forms.SignupDetailsForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Draftroom] "
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip"}

DEFAULT_FROM_EMAIL = _required("MAIL_FROM") or "Draftroom <no-reply@draftroom.example>"
MAIL_DIR = DATA_DIR / "mail"
if DEMONSTRATION and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
elif MODE != "test":
    if _required("EMAIL_URL") and PRODUCTION and not env.str("EMAIL_URL").startswith("smtp"):
        raise ImproperlyConfigured(
            "EMAIL_URL must name a mail server in production, like smtp+tls://host:587."
        )
    try:
        vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
    except ValueError as error:
        raise ImproperlyConfigured("EMAIL_URL has a value that cannot be read.") from error

# ---- languages and time -----------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hant"
LANGUAGES = [("zh-hant", "繁體中文"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Taipei")
try:
    zoneinfo.ZoneInfo(TIME_ZONE)
except (ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
    raise ImproperlyConfigured("TIME_ZONE must be a name like Asia/Taipei.") from error

# ---- static files -----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "forum.common.storage.HashedStaticFilesStorage"
    },
}

# ---- security ---------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", SITE_URL.replace("http", "ws", 1)],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
# A body far over its limit still gets its own message: 1 MB of Han characters is 9 MB in a form's encoding.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000

# ---- policy numbers, each named with its unit ------------------------------------------------------------

POST_MAX_CHARACTERS = 10_000
POSTS_PER_PAGE = 50
POST_RATE_LIMITS = env.list("POST_RATE_LIMITS", default=["6/m", "60/h"])
if not all(re.fullmatch(r"\d+/\d*[smhd]", limit) for limit in POST_RATE_LIMITS):
    raise ImproperlyConfigured("POST_RATE_LIMITS must list limits like 6/m,60/h.")
ENDORSEMENT_RATE_LIMIT = "60/m"
SCREENING_TIMEOUT_MS = env.int("SCREENING_TIMEOUT_MS", default=1_500)
SOCKETS_PER_ADDRESS = env.int("SOCKETS_PER_ADDRESS", default=200)
SOCKETS_PER_PERSON = env.int("SOCKETS_PER_PERSON", default=20)
CLAIM_MINUTES = 15
APPEAL_WINDOW_DAYS = 30
ESTABLISHED_AUTHOR_POSTS = 3
OFFICIAL_DOMAINS = env.list("OFFICIAL_DOMAINS", default=["gov.tw", "edu.tw"])
DISCUSSION_GATE = "moderation.gate.ModerationGate"
# Which model screens, and which only scores beside it. Labels and thresholds are those of a transformers model.
CIVILITY_MODEL = env.str("CIVILITY_MODEL", default="")
CIVILITY_LABELS = env.labels("CIVILITY_LABELS")
CIVILITY_THRESHOLDS = env.thresholds("CIVILITY_THRESHOLDS")
CIVILITY_SHADOW_MODEL = env.str("CIVILITY_SHADOW_MODEL", default="")
CIVILITY_SHADOW_LABELS = env.labels("CIVILITY_SHADOW_LABELS")
CIVILITY_SHADOW_THRESHOLDS = env.thresholds("CIVILITY_SHADOW_THRESHOLDS")
for _name, _outputs in (
    ("CIVILITY_LABELS", CIVILITY_LABELS),
    ("CIVILITY_SHADOW_LABELS", CIVILITY_SHADOW_LABELS),
):
    if _outputs and find_spec("torch") is None:
        raise ImproperlyConfigured(
            f"{_name} is for a transformers model, which needs torch: pip install torch."
        )

# ---- logs: ids, codes and milliseconds, never the text of a post ------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.request": {"level": "ERROR"}, "django-q": {"level": "WARNING"}},
}
