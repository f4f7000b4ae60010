"""The site's settings in test mode: the same code, fast passwords, mail kept in memory, tasks run at once."""

import os
import tempfile

os.environ["DRAFTROOM_MODE"] = "test"
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="draftroom-test-"))

from forum.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
Q_CLUSTER["sync"] = True  # noqa: F405
POST_RATE_LIMITS: list[str] = []
