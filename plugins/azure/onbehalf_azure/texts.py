"""The texts of this plugin."""

from __future__ import annotations

from webapp import TextDomain

TEXTS = TextDomain("onbehalf_azure")
_ = TEXTS.text
