"""The site's settings in test mode: the same code, fast passwords, mail kept in memory, tasks run at once."""

# ruff: noqa: F403, F405

import os
import tempfile

os.environ["DRAFTROOM_MODE"] = "test"
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="draftroom-test-"))

from forum.common.management.catalogues import compile_catalogues
from forum.config.settings import *

# Before anything asks for a translation: Django remembers a catalogue that it did not find.
compile_catalogues(BASE_DIR)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
Q_CLUSTER["sync"] = True
POST_RATE_LIMITS = []

if EMBEDDED:
    # A file, not memory: the hub and concurrent writers are threads with connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
