"""Texts of the plugin: `_("…")` marks one, and its translations lie in `translations/`."""

from webapp import TextDomain

_ = TextDomain("onbehalf_acme_telephony").text
