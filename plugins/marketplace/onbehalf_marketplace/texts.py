"""The texts of this plugin."""

from __future__ import annotations

from webapp import TextDomain

_ = TextDomain("onbehalf_marketplace").text
