"""Every page in every state, as ``tests/tools/walk.py`` finds them: for every reader, at every width, and light."""

import logging
from collections import defaultdict, deque
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from stage import Stage
from walk import make_demo, walk

from webapp.testing.desk import Desk

WIDTHS = (320, 768, 1280)
"""400 % zoom at 1280 pixels is 320 pixels; 768 is where cards become tables."""
LATER_PAGE = 15_000
NO_PAGE = (".csv", ".jsonl", "/healthz", "/readyz", "/metrics", "/go", "/assets/<digest>/<name>", "/callback/<cloud>")
ONLY = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},  # the themes differ by colours alone
}
BEGIN_AXE = """only => {
  window.reading = axe.run(document, {resultTypes: ["violations"], runOnly: only}).then(
    (found) => found.violations.flatMap((one) => one.nodes.slice(0, 3).map(
      (node) => `${one.id}: ${node.html.slice(0, 160)} (${node.failureSummary.split("\\n").pop().trim()})`)));
}"""
TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const one = [...document.querySelectorAll("main *")].find((part) => part.getBoundingClientRect().right > wide + 1);
  return one ? one.outerHTML.slice(0, 160) : "the page";
}"""
UNSEEN_FOCUS = """() => {
  const focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const unseen = [];
  for (const one of document.querySelectorAll(focusable)) {
    if (one.disabled || !one.checkVisibility({visibilityProperty: true}) || !one.getClientRects().length) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const box = one.getClientRects()[0], style = getComputedStyle(one);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const [right, down] = [Math.min(box.width, 40) / 2, Math.min(box.height, 40) / 2];
    const top = document.elementFromPoint(box.left + right, box.top + down);
    if (!ring || !top || !(one.contains(top) || top.contains(one))) unseen.push(one.outerHTML.slice(0, 160));
  }
  return unseen;
}"""


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Return the application that was walked through, with what was found."""
    logging.disable(logging.CRITICAL)  # the walk provokes an error on purpose
    app = make_demo(tmp_path_factory.mktemp("walked"))
    yield app, walk(app)
    logging.disable(logging.NOTSET)
    app.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture
def stages(chromium, walked):
    """Return a function that opens tabs in which kept pages are shown."""
    opened = []

    def open_stages(number=1, **how):
        made = [Stage(chromium, walked[0], **how) for _ in range(number)]
        opened.extend(made)
        return made

    yield open_stages
    for stage in opened:
        stage.close()


def look(stage, place, found):
    """Look at a place in either theme and at every width; the reader of one tab waits while the other is at work."""
    page = stage.show(place)
    page.evaluate(AXE_SCRIPT)
    for theme, only in ONLY.items():
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(BEGIN_AXE, only)
        yield
        found += [f"{place.name} {theme}: {trouble}" for trouble in page.evaluate("window.reading")]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wide := page.evaluate(TOO_WIDE):
            found.append(f"{place.name} at {width} pixels scrolls sideways: {wide}")


def look_at_all(stages, places, found):
    """Let each tab work while the other is read; return how many places were looked at."""
    waiting, turns, looked = iter(places), deque(), 0
    idle = list(stages)
    while True:
        while idle and (place := next(waiting, None)):
            stage = idle.pop()
            turns.append((stage, look(stage, place, found)))
        if not turns:
            return looked
        stage, looking = turns.popleft()
        try:
            next(looking)
            turns.append((stage, looking))
        except StopIteration:
            looked += 1
            idle.append(stage)


def pages_of(found):
    """Return one place of each kind of page, the one with most in it."""
    richest = {}
    for place in sorted(found.places, key=lambda place: len(place.html)):
        if place.status == 200:
            richest[place.endpoint] = place
    return list(richest.values())


def test_axe_finds_nothing_in_any_state_in_either_theme_and_nothing_scrolls_sideways(walked, stages):
    found = []
    looked = look_at_all(stages(2), walked[1].places, found)

    assert found == []
    assert looked == len(walked[1].places) > 100


def test_the_walk_meets_every_page_and_every_kind_of_refusal(walked):
    app, found = walked
    pages = {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.rule.endswith(NO_PAGE)
    }

    assert pages - set(found.shown) == set()
    assert {403, 404, 405, 409, 413, 422, 500} <= {place.status for place in found.places}


def test_no_control_loses_its_ring_or_is_covered_when_it_has_the_focus(walked, stages):
    unseen = {}
    for how in ({}, {"forced_colors": "active"}):
        (stage,) = stages(1, viewport={"width": 1280, "height": 900}, **how)
        for place in pages_of(walked[1]):
            page = stage.show(place)
            page.keyboard.press("Tab")
            if found := page.evaluate(UNSEEN_FOCUS):
                unseen[f"{place.name} {how}"] = found

    assert unseen == {}


def test_no_two_pages_of_a_reader_share_a_title(walked):
    paths = defaultdict(set)
    for place in walked[1].places:
        if place.status == 200 and place.how == "link":
            title = place.html.partition("<title>")[2].partition("</title>")[0]
            paths[place.member, title].add(urlsplit(place.address).path)

    assert {title: shared for title, shared in paths.items() if len(shared) > 1} == {}


def test_no_later_page_is_heavier_than_15_kilobytes(walked):
    app, found = walked
    desks, heavy = {}, {}
    for place in found.places:
        if place.how == "link" and place.member:
            desk = desks.setdefault(place.member, Desk(app.test_client(), place.member))
            answer = desk.client.get(place.address, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
            weight = len(answer.data) + len(str(answer.headers))
            if weight > LATER_PAGE:
                heavy[place.name] = weight

    assert heavy == {}
