"""Style sheets, scripts and pictures: under an address that names their content, compressed once, kept for a year."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import brotli
import flask_bootstrap
from flask import Blueprint, Flask, Response, make_response, request, url_for

from webapp.errors import NotFound
from webapp.i18n import _

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
"""Every file that a page may ask for, and its type; nothing else is served."""

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
    """Serve the files, and give templates ``asset(name)``."""
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = address_of


def address_of(name: str) -> str:
    """Return the address of a file of ``FILES``; it changes with the content."""
    return url_for("assets.file", digest=_read(name).digest, name=name)


def text_of(name: str) -> str:
    """Return the content of a file of ``FILES``, for a page that carries it inside."""
    return _read(name).plain.decode("utf-8")


@bp.get("/assets/<digest>/<name>")
def file(digest: str, name: str) -> Response:
    """Return a file; under the name of another content, as an older page may ask for, it is not to be kept."""
    if name not in FILES:
        raise NotFound(_("There is no such page."), remedy=_("Check the address, or start from Home."))
    asset = _read(name)
    coding = next((known for known in asset.compressed if request.accept_encodings[known] > 0), "")
    response = make_response(asset.compressed.get(coding, asset.plain))
    response.content_type = f"{asset.media_type}; charset=utf-8"
    if coding:
        response.content_encoding = coding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if digest == asset.digest else "no-cache"
    return response


@cache
def _read(name: str) -> Asset:
    path, media_type = FILES[name]
    plain = path.read_bytes()
    compressed = {"br": brotli.compress(plain), "gzip": gzip.compress(plain, mtime=0)}
    return Asset(sha256(plain).hexdigest()[:16], plain, compressed, media_type)
