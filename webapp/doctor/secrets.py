"""Is what must stay secret hard to guess?"""

from __future__ import annotations

from webapp.config import Settings
from webapp.doctor.findings import Findings, error, note, ok, warning
from webapp.i18n import _

SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 16
"""Different characters: 48 random bytes in base 64 hold about forty; a word typed four times holds fewer."""
SHORTEST_TOKEN = 16
MAKE_ONE = _('Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"')


def findings(settings: Settings) -> Findings:
    """Look at the secret of cookies and at the token of the metrics."""
    secret = settings.secret_key
    if len(secret) < SHORTEST_SECRET:
        yield error(
            "secret",
            _("ONBEHALF_SECRET_KEY must hold at least %(length)s characters.", length=SHORTEST_SECRET),
            MAKE_ONE,
        )
    elif len(set(secret)) < FEWEST_CHARACTERS:
        yield warning("secret", _("ONBEHALF_SECRET_KEY repeats itself; it may be guessed."), MAKE_ONE)
    else:
        yield ok("secret", _("The secret is long and varied."))
    if any(len(old) < SHORTEST_SECRET for old in settings.old_secret_keys):
        yield error(
            "secret",
            _("ONBEHALF_OLD_SECRET_KEYS holds a secret that may be guessed; what it signed is still taken."),
            _("Remove it, and restart: whoever has a cookie of it signs in again."),
        )
    if not settings.metrics_token:
        yield note("metrics", _("/metrics answers to this machine alone."))
    elif len(settings.metrics_token) < SHORTEST_TOKEN:
        yield warning("metrics", _("ONBEHALF_METRICS_TOKEN is short; it may be guessed."), MAKE_ONE)
