"""Superset for one person at their own machine, on the published release.

`scripts/bi.sh` sets LODESTAR_BI_HOME: the folder that holds Superset's own database and its secret key,
beside the community's data and never in the project.
"""

import os
from pathlib import Path

_HOME = Path(os.environ["LODESTAR_BI_HOME"])

SECRET_KEY = (_HOME / "secret_key").read_text().strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
DATA_DIR = str(_HOME)

# A release is swapped at any moment; an answer from a cache would be one of the release before.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "SupersetMetastoreCache",
    "CACHE_DEFAULT_TIMEOUT": 86_400,
    "CACHE_KEY_PREFIX": "lodestar",
}
# Counts of API calls per minute stay in memory: one server process.
RATELIMIT_STORAGE_URI = "memory://"

# Pages may ask nobody but this server: Superset's own default lets them ask map services and a visit counter.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
