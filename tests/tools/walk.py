"""Every page of the desk in every state, found by walking: nobody keeps a list of them.

Members of the demo follow links from Home; of each address they keep a page for every piece of markup it had not shown
before (another badge, a warning, an empty list). Then come the refusals that no link leads to, and
every form is sent empty, wrong and right. What comes back is kept as the server sent it.
"""

import re
from collections import defaultdict, deque
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import select
from werkzeug.exceptions import HTTPException

from webapp.app import create_app
from webapp.commands.demo import fill
from webapp.config import load_settings
from webapp.demo.cast_partners import own_tenant
from webapp.tables.customers import Customer, Subscription
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import ServiceRequest
from webapp.testing.desk import Desk, Page
from webapp.testing.pytest_plugin import ALL_PLUGINS

SECRET = "only-for-looking-at-the-demo-and-for-nothing-else"
WALKERS = (
    "fabrikam-global-admin",
    "fabrikam-admin-agent",
    "northwind-admin-agent",
    "adatum-admin-agent",
    "lantian-admin-agent",
    "trey-admin-agent",
    "fabrikam-no-role",
    "newcomer",
)
LANGUAGES = {"zh_Hans_CN": "zh-CN", "zh_Hant_TW": "zh-TW", "ru": "ru", "sv": "sv", "de": "de"}
PAGES_AN_ADDRESS = {WALKERS[0]: 14}
FEWER = 5
DRAWING = {"path", "g", "circle", "rect"}
LONG = "Längstesunteilbareswortohneeinenzwischenraum" * 4
LAST = ("remove", "withdraw", "decline")
NOT_SENT = {"sign_in.leave", "example_sign_in.enter", "preferences.save", "sessions.end"}


@dataclass
class Place:
    """A page in one state, as the server sent it; ``how`` one gets there: by a link, or by what was sent."""

    name: str
    how: str
    member: str
    endpoint: str
    address: str
    status: int
    html: str
    headers: dict


def make_demo(folder):
    """Return an application over a new demo, with one more partner who has nothing yet, and words that never end."""
    settings = load_settings(
        database_url=f"sqlite:///{folder / 'walked.sqlite3'}",
        plugins=ALL_PLUGINS,
        secret_key=SECRET,
        writes_per_minute=100_000,
        operator=(own_tenant("Fabrikam", "global"),),
    )
    fill(settings)
    app = create_app(settings, demo=True)
    with app.extensions["onbehalf"].database.writing() as session:
        _add_newcomer(session)
        _lengthen(session)
        session.commit()
    return app


def _add_newcomer(session):
    """Add a partner without customers, requests, contracts or members beside the one."""
    example = session.exec(select(Partner).where(Partner.kind == "direct_bill")).first()
    given = example.model_dump(exclude={"id"}) | {"name": "Newcomer"}
    if "tenant_id" in given:
        given["tenant_id"] = "00000000-0000-4000-8000-0000000000ff"
    partner = Partner(**given)
    session.add(partner)
    session.flush()
    member = session.exec(select(Member).where(Member.key == WALKERS[0])).one().model_dump(exclude={"id"})
    unique = {"key": "newcomer", "partner_id": partner.id, "name": "Newcomer", "email": "newcomer@example.com"}
    if "subject" in member:
        unique["subject"] = None
    session.add(Member(**member | unique))


def _lengthen(session):
    """Give one customer, its subscriptions and its requests words that no line holds."""
    mine = select(Partner.id).where(Partner.name == "Fabrikam")
    requests = session.exec(select(ServiceRequest).where(ServiceRequest.partner_id.in_(mine)).limit(6)).all()
    customer = session.get(Customer, requests[0].customer_id)
    customer.name, customer.domain = LONG[:120], f"{LONG[:60].lower()}.example"
    for row in session.exec(select(Subscription).where(Subscription.customer_id == customer.id)):
        row.name = LONG
    for row in requests:
        row.title = LONG
    customer_requests = select(ServiceRequest).where(ServiceRequest.customer_id == customer.id)
    for row in session.exec(customer_requests):
        row.title = LONG
        row.description = LONG * 3


class Walk:
    """The places met so far, and what each address has shown."""

    def __init__(self, app):
        self.app = app
        self.places = []
        self.shown = defaultdict(set)
        self.forms = {}
        self.arguments = defaultdict(dict)

    def meet(self, member, address, page, how=""):
        """Keep a page if it shows markup that its address has not shown before."""
        if page.response.mimetype != "text/html" or "<html" not in page.text or page.location:
            return
        asked = page.response.request
        endpoint = self.endpoint(asked.path, asked.method) or "nowhere"
        for form in page.forms:
            if form.method.lower() == "post":
                sends_to = self.endpoint(urlsplit(form.action).path, "POST")
                kind = (sends_to, " ".join(sorted(form.controls)), "outcome-refused" in page.text)
                self.forms.setdefault(kind, (member, form))
        shows = markup(page)
        if shows <= self.shown[endpoint]:
            return
        self.shown[endpoint] |= shows
        number = sum(place.endpoint == endpoint for place in self.places)
        name = "-".join(filter(None, (endpoint, f"{number}", how, f"{page.status}" if page.status >= 400 else "")))
        self.places.append(
            Place(name, how or "link", member, endpoint, address, page.status, page.text, dict(page.headers))
        )

    def endpoint(self, path, method="GET"):
        """Return the endpoint that answers a path."""
        try:
            endpoint, arguments = self.app.url_map.bind("localhost").match(path, method)
        except HTTPException:
            return ""
        self.arguments[endpoint] |= arguments
        return endpoint


def markup(page):
    """Return what a page shows: its kinds of element (tag, classes, type), its status, and if its words are long."""
    kinds = {(tag, given.get("class", ""), given.get("type", "")) for tag, given in page.tags if tag not in DRAWING}
    return kinds | {("status", page.status), ("long", LONG[:60] in page.text)}


def walk(app):
    """Return every page in every state."""
    found = Walk(app)
    desks = {member: Desk(app.test_client(), member) for member in WALKERS}
    stranger = Desk(app.test_client())
    for address in ("/sign-in", "/sign-in?next=/requests"):
        found.meet("", address, stranger.get(address))
    for member, desk in desks.items():
        _follow_links(found, member, desk)
    _knock(found, desks[WALKERS[0]], stranger)
    _fill_lists_with_nothing(found, desks[WALKERS[0]])
    _provoke(found, desks)
    _send_forms(found, desks)
    return found


def _follow_links(found, member, desk):
    """Go wherever a link leads, to the addresses of one kind only so often."""
    waiting, seen, often, most = deque(["/"]), {"/"}, defaultdict(int), PAGES_AN_ADDRESS.get(member, FEWER)
    while waiting:
        address = waiting.popleft()
        page = desk.get(address)
        found.meet(member, address, page)
        links = [page.location] if page.location else page.links
        for link in links:
            parts = urlsplit(link)
            if parts.netloc or parts.scheme or not parts.path.startswith("/"):
                continue
            where = parts.path + ("?" + parts.query if parts.query else "")
            endpoint = found.endpoint(parts.path)
            kind = (endpoint, frozenset(re.findall(r"(\w+)=", parts.query)))
            if (
                not endpoint
                or where in seen
                or often[kind] >= (3 if kind[1] else most)
                or endpoint.endswith((".go", "export"))
            ):
                continue
            often[kind] += 1
            seen.add(where)
            waiting.append(where)


def _knock(found, desk, stranger):
    """Ask for every address that no link led to, with what the others are called."""
    known = {name: value for arguments in found.arguments.values() for name, value in arguments.items()}
    adapter = found.app.url_map.bind("localhost")
    for rule in found.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in found.shown or not rule.arguments <= set(known):
            continue
        address = adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        if "static" not in rule.endpoint and not rule.endpoint.endswith(".go"):
            found.meet(WALKERS[0], address, desk.get(address))
            found.meet("", address, stranger.get(address))


def _fill_lists_with_nothing(found, desk):
    """Search every page that can be searched for what is not there."""
    searched = set()
    for place in [place for place in found.places if place.member == WALKERS[0]]:
        for form in Page(desk.client.get(place.address)).forms:
            if form.method.lower() == "get" and "q" in form.controls and form.action not in searched:
                searched.add(form.action)
                words = form.filled(q="nothing is called like this")
                answer = Page(desk.client.get(form.action or place.address, query_string=words))
                found.meet(place.member, answer.response.request.full_path, answer, "nothing")


def _send_forms(found, desks):
    """Send every form empty, wrong, right and again, with each of its buttons; what takes something away comes last."""
    forms = sorted(found.forms.items(), key=lambda item: (item[0][0].endswith(LAST), item[0]))
    for (endpoint, _names, _refused), (member, form) in forms:
        if endpoint in NOT_SENT or not member:
            continue
        desk = desks[member]
        for button in [dict([pressed]) for pressed in form.buttons] or [{}]:
            for how, words in fillings(form):
                _send(found, member, desk, form.action, words | button, how)


def fillings(form):
    """Yield what a form is filled in with, and what that is called."""
    typed = [c.name for c in form.controls.values() if c.kind not in {"hidden", "radio", "checkbox", "select"}]
    hidden = {c.name: c.value or "" for c in form.controls.values() if c.kind == "hidden"}
    yield "empty", hidden | dict.fromkeys(typed, "")
    yield "wrong", form.values() | dict.fromkeys(typed, LONG * 20)
    yield "right", form.filled()
    yield "again", form.filled()


def _send(found, member, desk, action, words, how):
    answer = Page(desk.client.post(action, data=words))
    found.meet(member, action, answer, how)
    if answer.status in {302, 303} and answer.location.startswith("/"):
        found.meet(member, answer.location, desk.get(answer.location), how)


def _provoke(found, desks):
    """Meet the refusals that no link and no form leads to."""
    desk, weak = desks[WALKERS[0]], desks["fabrikam-no-role"]
    found.meet(WALKERS[0], "/nothing-here", desk.get("/nothing-here"), "missing")
    found.meet("", "/nothing-here", Desk(found.app.test_client()).get("/nothing-here"), "missing")
    found.meet(WALKERS[0], "/customers/999999", desk.get("/customers/999999"), "missing")
    found.meet("fabrikam-no-role", "/members", weak.get("/members"), "refused")
    found.meet(WALKERS[0], "/home", Page(desk.client.post("/help")), "method")
    forged = Page(desk.client.post("/preferences", data={"theme": "dark"}))
    found.meet(WALKERS[0], "/preferences", forged, "forged")
    large = Page(desk.client.post("/preferences", data={"theme": "d" * 3_000_000}))
    found.meet(WALKERS[0], "/preferences", large, "large")
    found.meet(WALKERS[0], "/help", _broken(found.app, desk), "broken")


def _broken(app, desk):
    """Return the page of an error that nobody foresaw."""
    view = app.view_functions["help.page"]

    def breaks():
        raise RuntimeError("provoked, to see the page that says so")

    app.view_functions["help.page"] = breaks
    try:
        return desk.get("/help")
    finally:
        app.view_functions["help.page"] = view
