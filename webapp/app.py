"""``create_app()``: the only place where parts are joined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_babel.speaklater import LazyString
from flask_compress import Compress
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import arrivals, assets, cookies, htmx, icons, labels, limits, moments, openid, security, views
from webapp.config import Settings
from webapp.db import Database
from webapp.deployment import Deployment
from webapp.i18n import CORE, HTML_LANG, LANGUAGES, country_name, day_text, in_my_language, listed
from webapp.metrics import Metrics
from webapp.plugins.breaker import Limits, Records, Times
from webapp.plugins.loading import load
from webapp.sign_in import reading_language, reading_time_zone

LARGEST_BODY = 2 * 1024 * 1024
MOST_FIELDS = 500
BROTLI_LEVEL = 6
"""A page of 100 kB takes 2 ms so; the levels above cost ten times as much for two in a hundred bytes."""


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, demo: bool = False, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the application for these settings.

    ``demo`` adds the sign-in of the example members, and is set by ``onbehalf demo`` alone.

    :raises StartRefused: if a setting or a plugin does not fit.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FIELDS,
        COMPRESS_ALGORITHM=["br", "zstd", "gzip"],
        COMPRESS_BR_LEVEL=BROTLI_LEVEL,
        DEMO=demo,
    )
    metrics, database = Metrics(), Database(settings.database_url)
    records = Records(Limits(budget=settings.hook_seconds), Times(now=clock))
    app.extensions["onbehalf"] = Deployment(settings, load(settings, metrics.asked, records), database, clock)
    _watch(app, metrics, settings)
    Babel(
        app,
        default_domain=CORE.package,
        locale_selector=reading_language,
        timezone_selector=reading_time_zone,
        configure_jinja=False,
    )
    Compress(app)
    for part in (assets, cookies, openid, htmx, security, moments, icons):
        part.init_app(app)
    _speak(app)
    views.init_app(app)
    limits.init_app(app, settings)
    return app


def _watch(app: Flask, metrics: Metrics, settings: Settings) -> None:
    """Note every request from its arrival, with the address that the proxies in front of the desk vouch for."""
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    metrics.watch(app.extensions["onbehalf"].database.engine)
    arrivals.init_app(app, metrics)


def _speak(app: Flask) -> None:
    """Give templates the words: translation marks, the labels of keys, and what a request recorded."""
    app.jinja_env.finalize = _plain
    app.jinja_env.globals.update(
        _=CORE.text,
        ngettext=CORE.plural,
        labels=labels,
        languages=LANGUAGES,
        html_lang=lambda: HTML_LANG.get(reading_language(), reading_language()),
        lang_of=_lang_of,
    )
    app.jinja_env.filters.update(mine=in_my_language, country=country_name, day=day_text, listed=listed)


def _lang_of(language: str) -> Markup:
    """Return the attribute ``lang`` for what people wrote in a language; nothing where the page is in it as well."""
    if not language or language == reading_language():
        return Markup("")
    return Markup(' lang="{}"').format(HTML_LANG.get(language, language))


def _plain(value: Any) -> Any:
    """Put a lazy text into words before it is escaped: Flask-Babel's own kind would pass for safe HTML."""
    return str(value) if isinstance(value, LazyString) else value
