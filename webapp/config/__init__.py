"""Every setting, its default and its meaning; the only package that reads the environment."""

from webapp.config.of_plugins import plugin_settings, plugin_tables, secret_fields
from webapp.config.reading import demo_port, load_settings, plugins_are_named
from webapp.config.settings import Settings
from webapp.config.sign_in import ProviderUrl, SignIn, is_loopback
from webapp.config.sources import PREFIX, config_file, secrets_folder
from webapp.config.workers import share_metrics, shared_metrics

__all__ = [
    "PREFIX",
    "ProviderUrl",
    "Settings",
    "SignIn",
    "config_file",
    "demo_port",
    "is_loopback",
    "load_settings",
    "plugin_settings",
    "plugin_tables",
    "plugins_are_named",
    "secret_fields",
    "secrets_folder",
    "share_metrics",
    "shared_metrics",
]
