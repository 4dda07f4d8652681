"""For tests of Onbehalf and of plugins: factories with one plausible default, and the fixtures that hand them out."""

from webapp.testing.factories import make_cloud, make_customer, make_draft, make_member, make_partner, make_situation

__all__ = ["make_cloud", "make_customer", "make_draft", "make_member", "make_partner", "make_situation"]
