"""Help: the documents' questions and answers in our own words, per cloud; and the chapters of plugins."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.errors import NotFound
from webapp.help import Help
from webapp.i18n import _
from webapp.plugins import help_texts
from webapp.sign_in import reading_language
from webapp.views.gate import deployment, viewer

bp = Blueprint("help", __name__)


@bp.get("/help")
def page() -> str:
    """Show the answers, and the pages each document points to (R41, R42, R73)."""
    brought = help_texts.brought(deployment().plugins, reading_language())
    return render_template("help/page.html", help=Help(deployment(), viewer()), brought=brought)


@bp.get("/help/clouds/<key>")
def cloud(key: str) -> str:
    """Show one cloud: who operates it, what is sold there, its portals and pages (R2, R73).

    :raises NotFound: if no cloud of this key is enabled.
    """
    shown = Help(deployment(), viewer())
    sold = next((one for one in shown.sold if one.cloud.key == key), None)
    if sold is None:
        raise NotFound(
            _("No cloud is known by the name %(key)s here.", key=key[:40]),
            remedy=_("Choose a cloud in Help, or ask whoever runs this desk to enable its plugin."),
        )
    return render_template("help/cloud.html", sold=sold)


@bp.get("/help/<plugin>")
def of_plugin(plugin: str) -> str:
    """Show the chapter that a plugin brings, on a page of its own: it weighs on no other."""
    plugins = deployment().plugins
    text = help_texts.brought(plugins, reading_language()).get(plugin)
    if text is None:
        raise NotFound(_("No plugin of this name brings a help text."), remedy=_("Look through the contents of Help."))
    return render_template("help/plugin.html", text=text, plugin=plugins.found[plugin])


def plugin_of_product(cloud: str, product: str) -> str:
    """Return the plugin whose chapter explains a product; empty if there is none."""
    plugins = deployment().plugins
    owner = plugins.owners.get((cloud, product), "")
    return owner if owner in help_texts.brought(plugins, reading_language()) else ""
