"""Write docs/roles.md from the role table and the addresses of the application."""

from pathlib import Path

from flask_babel import force_locale

from webapp.app import create_app
from webapp.config import load_settings
from webapp.contracts.situation import ROLES
from webapp.labels import PARTNER_KIND, ROLE
from webapp.roles import ENDPOINT_ACTION, TABLE
from webapp.views.gate import OPEN

FILE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
HEAD = """\
# Who may do what

One table says it, `webapp/roles.py`, and the gate before every page enforces it: an address without a row is refused to
everybody. This page is written from that table by `python tests/tools/roles.py`; a test keeps it true, and another
walks every address as every role.

- Roles come from the token at each sign-in (`ONBEHALF_SIGN_IN_ROLES`). Of several roles, each allows what it allows.
- **checklist**: the page opens, and the checklist decides each time. Members without a role are refused by it for
  Microsoft's products (R72), helpdesk agents for Azure unless they are in a support group of the subscription (R27).
- A member without a role goes on with what they filed themselves (`record_numbers`): 21Vianet and publishers ask for no
  role.
- A partner sees its own customers, an indirect provider also those of its resellers, a reseller those it serves;
  nobody else's. What belongs to somebody else reads as if it did not exist (404); of a customer or a request, before
  any role is asked about.
- What a customer is and what it bought is changed by the partner that sells or provides to it. Its reseller records its
  own admin relationship and support groups.
- The **operator** is the partner whose tenant `ONBEHALF_OPERATOR` names; only its global admins see the deployment's
  own pages.
- A publisher that other partners' customers use is changed by the operator alone. Only a global admin changes a global
  admin.

"""


def table():
    """Return the table: a row an action, a column a role."""
    yield "| what | " + " | ".join(str(ROLE[role]) for role in ROLES) + " | no role | only for |"
    yield "|---|" + "---|" * (len(ROLES) + 2)
    for action, rule in TABLE.items():
        cells = ["checklist" if role in rule.checklist else "yes" if role in rule.roles else "" for role in ROLES]
        cells.append("checklist" if "none" in rule.checklist else "yes" if rule.none else "")
        kinds = ", ".join(str(PARTNER_KIND[kind]).lower() for kind in rule.kinds)
        cells.append("operator" if rule.operator else kinds)
        yield f"| {rule.what} (`{action}`) | " + " | ".join(cells) + " |"


def addresses(app):
    """Return the table of addresses: what is asked for, and by which action it is allowed."""
    yield "| address | method | needs |"
    yield "|---|---|---|"
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods))):
        needed = "nothing" if rule.endpoint in OPEN else f"`{ENDPOINT_ACTION.get(rule.endpoint, 'no row')}`"
        methods = ", ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        yield f"| `{rule.rule}` | {methods} | {needed} |"


def rendered():
    """Return the page."""
    app = create_app(load_settings(database_url="sqlite://", plugins=(), secret_key=""), demo=True)
    with app.app_context(), force_locale("en"):
        parts = [HEAD + "\n".join(table()), "## Addresses", "\n".join(addresses(app))]
    app.extensions["onbehalf"].database.engine.dispose()
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
