"""Every setting, its default and its meaning; the only package that reads the environment."""

from webapp.config.reading import demo_port, load_settings, plugin_settings, plugins_are_named
from webapp.config.settings import Settings
from webapp.config.sign_in import SignIn
from webapp.config.sources import PREFIX, config_file

__all__ = [
    "PREFIX",
    "Settings",
    "SignIn",
    "config_file",
    "demo_port",
    "load_settings",
    "plugin_settings",
    "plugins_are_named",
]
