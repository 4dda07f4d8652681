"""Style sheets, scripts and pictures: under an address that names their content, compressed once, kept for a year."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import brotli
import flask_bootstrap
from flask import Blueprint, Flask, Response, current_app, make_response, request, url_for

from webapp.errors import NotFound
from webapp.i18n import _
from webapp.plugins import pictures
from webapp.plugins.loaded import Plugins

OWN = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
FILES: dict[str, tuple[Path, str]] = {
    "bootstrap.css": (BOOTSTRAP / "css" / "bootstrap.min.css", "text/css"),
    "app.css": (OWN / "app.css", "text/css"),
    "pack.css": (OWN / "pack.css", "text/css"),
    "htmx.js": (OWN / "vendor" / "htmx.min.js", "text/javascript"),
    "app.js": (OWN / "app.js", "text/javascript"),
    "keys.js": (OWN / "keys.js", "text/javascript"),
    "lists.js": (OWN / "lists.js", "text/javascript"),
    "switcher.js": (OWN / "switcher.js", "text/javascript"),
    "waiting.js": (OWN / "waiting.js", "text/javascript"),
    "words.js": (OWN / "words.js", "text/javascript"),
    "pack.js": (OWN / "pack.js", "text/javascript"),
    "icon.svg": (OWN / "icon.svg", "image/svg+xml"),
}
"""Every file of ours that a page may ask for, and its type; beside them the icons of the plugins that run."""
ICON = "plugin-{}.svg"
ICON_POLICY = "default-src 'none'; sandbox"
"""A plugin's icon opened as a page of its own may do still less than a page of ours."""

FOREVER = "public, max-age=31536000, immutable"
bp = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    """A file as it was when it was first asked for; ``digest`` names its content."""

    digest: str
    plain: bytes
    compressed: dict[str, bytes]
    media_type: str


def init_app(app: Flask) -> None:
    """Serve the files, and give templates ``asset(name)`` and the addresses of icons that plugins bring."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset=address_of, plugin_icon=icon_of_plugin, product_icon=icon_of_product)


def address_of(name: str) -> str:
    """Return the address of a file of ``FILES``; it changes with the content."""
    return url_for("assets.file", digest=_read(name).digest, name=name)


def icon_of_plugin(plugin: str) -> str:
    """Return the address of the icon of a plugin that runs; empty if it brings none."""
    name = ICON.format(plugin)
    found = _icon(name)
    return url_for("assets.file", digest=found.digest, name=name) if found else ""


def icon_of_product(cloud: str, product: str) -> str:
    """Return the address of the icon of the plugin that owns a product; empty if it brings none."""
    owner = _plugins().owners.get((cloud, product))
    return icon_of_plugin(owner) if owner else ""


def text_of(name: str) -> str:
    """Return the content of a file of ``FILES``, for a page that carries it inside."""
    return _read(name).plain.decode("utf-8")


@bp.get("/assets/<digest>/<name>")
def file(digest: str, name: str) -> Response:
    """Return a file; under the name of another content, as an older page may ask for, it is not to be kept."""
    asset = _read(name) if name in FILES else _icon(name)
    if asset is None:
        raise NotFound(_("There is no such page."), remedy=_("Check the address, or start from Home."))
    coding = next((known for known in asset.compressed if request.accept_encodings[known] > 0), "")
    response = make_response(asset.compressed.get(coding, asset.plain))
    response.content_type = f"{asset.media_type}; charset=utf-8"
    if coding:
        response.content_encoding = coding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if digest == asset.digest else "no-cache"
    if name not in FILES:
        response.headers["Content-Security-Policy"] = ICON_POLICY
    return response


def _plugins() -> Plugins:
    found: Plugins = current_app.extensions["onbehalf"].plugins
    return found


def _icon(name: str) -> Asset | None:
    """Return the icon behind an address, of a plugin that runs."""
    plugins = _plugins()
    plugin = next((plugin for plugin in plugins.running if name == ICON.format(plugin)), None)
    content = pictures.of(plugins.found[plugin]) if plugin else None
    return _asset(content, "image/svg+xml") if content else None


@cache
def _read(name: str) -> Asset:
    path, media_type = FILES[name]
    return _asset(path.read_bytes(), media_type)


@cache
def _asset(plain: bytes, media_type: str) -> Asset:
    compressed = {"br": brotli.compress(plain), "gzip": gzip.compress(plain, mtime=0)}
    return Asset(sha256(plain).hexdigest()[:16], plain, compressed, media_type)
