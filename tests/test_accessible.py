"""For every reader: axe finds nothing (WCAG 2.2 AA), 320 pixels are enough, and what has the focus is seen."""

import re
import runpy
import shutil
import threading
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from werkzeug.serving import make_server

from webapp.app import create_app
from webapp.config import load_settings
from webapp.demo.cast_partners import own_tenant
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

ROLES = runpy.run_path(str(Path(__file__).with_name("test_roles.py")))
addresses, objects, rules_of = (ROLES[name] for name in ("addresses", "objects", "rules_of"))
MEMBER, CUSTOMER = "fabrikam-global-admin", "Contoso"
PROVIDER, PROVIDED = "northwind-admin-agent", "Margie's Travel"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NO_PAGE = re.compile(r"\.csv|/go$|/export|/healthz|/readyz|/metrics|/sign-in/oidc|/assets/|/draft$|\.jsonl")
WIDTHS = (1280, 1024, 768, 320)
APPEARANCES = [
    ("en-GB", "light", 1280),
    ("zh-CN", "light", 320),
    ("zh-TW", "dark", 1280),
    ("ru-RU", "dark", 320),
    ("sv-SE", "light", 1280),
    ("de-DE", "dark", 320),
]
"""Each language once, and each theme at both ends of the widths: no colour depends on a language."""

BAD_LINES = b"name,cloud,tenant_id,domain,country\nX,global,no,a b,XX\n"
LONG = "Donaudampfschifffahrtsgesellschaft" * 6


FOCUS_IS_SEEN = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  if (one === document.body || !box.width || !box.height) return true;
  const style = getComputedStyle(one);
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return Boolean(ring && top && (one.contains(top) || top.contains(one)));
}"""


@pytest.fixture(scope="module")
def desk_served(demo_database, migrated_sqlite, compiled_templates, tmp_path_factory):
    """Serve one demo for the whole module; yield its address, and the addresses of every page by reader."""
    file = shutil.copy(demo_database, tmp_path_factory.mktemp("accessible") / "demo.sqlite3")
    settings = load_settings(
        database_url=f"sqlite:///{file}",
        plugins=ALL_PLUGINS,
        secret_key=SECRET,
        writes_per_minute=100_000,
        operator=(own_tenant("Fabrikam", "global"),),
    )
    app = create_app(settings, demo=True)
    app.jinja_env.bytecode_cache = compiled_templates
    pages = {}
    for reader, customer in ((MEMBER, CUSTOMER), (PROVIDER, PROVIDED)):
        ids = objects(app, reader, customer)
        pages[reader] = [
            address + ("?product=azure" if "customer_id" in rule.arguments else "")
            for rule, method in rules_of(app)
            if method == "GET" and not NO_PAGE.search(rule.rule)
            for address in addresses(rule, ids)
        ]
    pages[PROVIDER] = [page for page in pages[PROVIDER] if page.startswith("/access") or page == "/"]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture
def reader(chromium, desk_served, enter):
    """Return a function that opens a signed-in page in a language and a theme."""
    address, _pages = desk_served
    contexts = []

    def open_page(member=MEMBER, locale="en-GB", theme="light", **more):
        context = chromium.new_context(
            locale=locale, color_scheme=theme, viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **more
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(AXE_SCRIPT)
        enter(page, address, member)
        return page

    yield open_page
    for context in contexts:
        context.close()


def trouble(page):
    """Return what axe finds on the page as it is: the rule, and the places."""
    found = page.evaluate(
        "tags => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags}})", TAGS
    )
    return [
        f"{violation['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("locale", "theme", "width"), APPEARANCES)
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways_at_any_width(
    reader, desk_served, locale, theme, width
):
    address, pages = desk_served
    found, wide, titles = {}, [], {}
    for member in (MEMBER, PROVIDER):
        page = reader(member, locale, theme)
        for path in pages[member]:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address + path)
            if trouble_here := trouble(page):
                found[path] = trouble_here
            titles.setdefault(page.title(), []).append(path)
            for narrower in WIDTHS:
                page.set_viewport_size({"width": narrower, "height": 900})
                if sideways(page):
                    wide.append(f"{path} at {narrower}")
    assert found == {}
    assert wide == []
    assert all(title.removesuffix(" · Onbehalf").strip() for title in titles)


def an_empty_list(page, address):
    page.goto(f"{address}/requests?q=nothing-is-called-this")


def an_error(page, address):
    page.goto(f"{address}/customers/999999")


def missing_answers(page, address):
    page.goto(f"{address}/customers/1/requests/new?product=azure")
    page.click("#send")
    page.locator("#title-error").wait_for()


def a_refusal(page, address):
    page.goto(f"{address}/customers")
    page.fill("#q", "wingtip")
    page.get_by_role("link", name="Wingtip Toys", exact=True).click()
    page.locator("a[href$='product=azure']").click()
    page.click("#send")
    page.locator("#trouble").wait_for()


def long_words(page, address):
    page.goto(f"{address}/customers/1/requests/new?product=azure")
    page.select_option("#subscription", index=1)
    page.fill("#title", LONG)
    page.fill("#description", LONG * 4)
    page.check("#answer_health_checked-nothing_found")
    page.check("#answer_issue_kind-unavailable")
    page.fill("#answer_tried", LONG)
    page.check("input[name=severity][value=C]")
    page.click("#send")
    page.wait_for_url(re.compile(r"/requests/OB-"))


def an_unusual_number(page, address):
    long_words(page, address)
    page.fill("#ticket_number", "x")
    page.get_by_role("button", name="Record it").click()
    page.locator(".ticket-number").wait_for()


def the_switcher(page, address):
    page.goto(f"{address}/help")
    page.keyboard.press("Control+k")
    page.keyboard.type("contoso")
    page.locator("#switcher .found-list a", has_text="Contoso").first.wait_for()


def the_shortcuts(page, address):
    page.goto(f"{address}/")
    page.keyboard.press("?")
    page.locator("#shortcuts kbd").first.wait_for()


def an_import_with_bad_lines(page, address):
    page.goto(f"{address}/customers/import")
    page.locator("input[type=file]").set_input_files(
        {
            "name": "bad.csv",
            "mimeType": "text/csv",
            "buffer": b"name,cloud,tenant_id,domain,country\nX,global,no,a b,XX\n",
        }
    )
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def a_form_of_ours_refused(page, address):
    page.goto(f"{address}/contracts/new")
    with page.expect_navigation():
        page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")


STATES = [
    an_empty_list,
    an_error,
    missing_answers,
    a_refusal,
    long_words,
    an_unusual_number,
    the_switcher,
    the_shortcuts,
    an_import_with_bad_lines,
    a_form_of_ours_refused,
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_in_any_state(reader, desk_served, state, theme):
    page = reader(theme=theme)
    state(page, desk_served[0])
    assert trouble(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert not sideways(page)


def test_the_sign_in_page_is_for_everybody_too(chromium, desk_served):
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.add_init_script(AXE_SCRIPT)
    page.goto(f"{desk_served[0]}/sign-in")
    found = trouble(page)
    context.close()
    assert found == []


def test_what_has_the_focus_is_seen_and_not_covered(reader, desk_served):
    page = reader()
    page.goto(f"{desk_served[0]}/customers/1/requests/new?product=azure")
    seen = set()
    for _press in range(70):
        page.keyboard.press("Tab")
        page.wait_for_function(FOCUS_IS_SEEN)  # a browser scrolls to what has the focus a moment later
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert len(seen) > 20


def test_forced_colours_keep_what_is_chosen_and_where_one_is(reader, desk_served):
    page = reader(forced_colors="active")
    page.goto(f"{desk_served[0]}/customers/1/requests/new?product=azure")
    page.check("#answer_issue_kind-unavailable")
    chosen = "getComputedStyle(document.querySelector('.choice:has(#answer_issue_kind-unavailable)')).outlineStyle"
    assert page.evaluate(chosen) == "solid"
    here = "getComputedStyle(document.querySelector('.side nav a[aria-current]')).borderTopStyle"
    assert page.evaluate(here) == "solid"


def test_reduced_motion_stops_every_animation(reader, desk_served):
    page = reader()
    page.goto(f"{desk_served[0]}/")
    page.evaluate("document.getElementById('waiting').classList.add('htmx-request')")
    assert page.evaluate("document.getAnimations().filter(one => one instanceof CSSAnimation).length") == 0


def test_the_skip_link_leads_past_the_navigation(reader, desk_served):
    page = reader()
    page.goto(f"{desk_served[0]}/requests")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
