"""What a plugin brings beside its code: a chapter of Help and an icon, by convention, and safe whatever they hold."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from webapp import assets
from webapp.plugins import help_texts, pictures
from webapp.testing.conformance import examine
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS

ROOT = Path(__file__).resolve().parents[1]
MEMBER = "fabrikam-admin-agent"
MANIFEST = 'id = "widget"\napi = ">=1.0,<2"\nproducts = ["widget"]\nsold_in = ["global"]\n'
CODE = """
from webapp import Product, hookimpl

@hookimpl
def register_products(cloud):
    return [Product(key="widget", label="Widget", vendor="Acme", portal=None, third_party=True)]
"""
CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#0a0"/></svg>'
HEAD, TAIL = CIRCLE.partition("<circle")[0], "</svg>"
UNSAFE = {
    "a script": HEAD + "<script>alert(1)</script>" + TAIL,
    "a script of another namespace": HEAD + '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>' + TAIL,
    "what runs when it is loaded": CIRCLE.replace("<svg", '<svg onload="alert(1)"'),
    "a link": HEAD + '<a href="https://evil.example"><path d="M0 0"/></a>' + TAIL,
    "a picture from elsewhere": HEAD + '<image href="https://evil.example/x.png"/>' + TAIL,
    "an old link": HEAD.replace("<svg", '<svg xmlns:x="http://www.w3.org/1999/xlink"') + '<g x:href="#a"/>' + TAIL,
    "a use of another file": HEAD + '<use href="other.svg#a"/>' + TAIL,
    "a page within": HEAD + "<foreignObject/>" + TAIL,
    "a style": HEAD + "<style>@import url(https://evil.example)</style>" + TAIL,
    "a style at a shape": CIRCLE.replace("fill=", "style="),
    "a fill from elsewhere": CIRCLE.replace("#0a0", "url(https://evil.example/#a)"),
    "a fill from elsewhere, escaped": CIRCLE.replace("#0a0", "u\\72l(//evil.example/#a)"),
    "a fill from another file": CIRCLE.replace("#0a0", "url(other.svg#a)"),
    "an animation": HEAD + '<set attributeName="href" to="javascript:alert(1)"/>' + TAIL,
    "an entity": '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + CIRCLE,
    "an instruction": '<?xml-stylesheet href="https://evil.example/x.css"?>' + CIRCLE,
    "an instruction after the first": '<?xml version="1.0"?><?xml-stylesheet href="x.css"?>' + CIRCLE,
    "another encoding": CIRCLE.encode("utf-16"),
    "another encoding, declared": '<?xml version="1.0" encoding="utf-7"?>' + CIRCLE,
    "no picture": "<html><body>Hello</body></html>",
    "no namespace": CIRCLE.replace(' xmlns="http://www.w3.org/2000/svg"', ""),
    "no size of its own": CIRCLE.replace(' viewBox="0 0 8 8"', ""),
    "half a picture": CIRCLE[:-3],
    "nothing": "",
    "too much": CIRCLE.replace("<circle", f"<title>{'a' * pictures.LARGEST}</title><circle"),
}


@pytest.fixture
def app_with(install_plugin, make_app, demo_database, tmp_path):
    """Return a function that installs a plugin with these files beside its code, and returns the application."""

    def make(files, code=CODE):
        module = install_plugin("widget", code, manifest=MANIFEST)
        write(tmp_path / "onbehalf-widget" / module, files)
        copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
        return make_app(database_url=f"sqlite:///{copy}", plugins=(*ALL_PLUGINS, "widget"))

    return make


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def icons_of(page):
    return [given["src"] for tag, given in page.tags if tag == "img" and "plugin-icon" in given.get("class", "")]


def test_a_chapter_is_a_page_of_its_own_that_help_and_the_form_lead_to(app_with):
    app = app_with({"help/en.md": "# The widget\n\n## First\n\nTurn it **off**.\n\n1. Off.\n2. On.\n"})
    reader = Desk(app.test_client(), MEMBER)

    contents, chapter = reader.get("/help"), reader.get("/help/widget")
    form = reader.get(f"{reader.customer('Contoso')}/requests/new?product=widget")

    assert "/help/widget" in contents.links
    assert "/help/widget" in form.links
    assert "Turn it" not in contents.words
    assert chapter.headings == ["The widget"]
    assert "<h2>First</h2>" in chapter.text
    assert re.search(r"<ol[^>]*><li>Off\.</li><li>On\.</li></ol>", chapter.text)
    assert "This page comes with the plugin widget, version 1.2." in chapter.words


@pytest.mark.parametrize(("asked", "title", "lang"), [("sv", "Manicken", None), ("de", "The widget", "en")])
def test_a_chapter_is_read_in_the_readers_language_and_else_in_english_and_marked_so(app_with, asked, title, lang):
    app = app_with({"help/en.md": "# The widget\n\nWords.", "help/sv.md": "# Manicken\n\nOrd."})

    page = Desk(app.test_client(), MEMBER).get("/help/widget", Accept_Language=asked)

    assert page.headings == [title]
    assert next(given for tag, given in page.tags if tag == "h1").get("lang") == lang


def test_what_a_chapter_holds_is_words_and_no_markup(app_with):
    words = "<script>alert(1)</script> `<i>` [x](javascript:alert(1)) [y](https://a.example/?b=1&c=2) {{ 7*7 }}"
    app = app_with({"help/en.md": f"# <b>T</b>\n\n{words}"})

    page = Desk(app.test_client(), MEMBER).get("/help/widget")

    assert page.headings == ["<b>T</b>"]
    assert "<script>alert" not in page.text
    assert "<code>&lt;i&gt;</code>" in page.text
    assert "https://a.example/?b=1&c=2" in page.links
    assert not any(link.startswith("javascript") for link in page.links)
    assert "{{ 7*7 }}" in page.words


@pytest.mark.parametrize(
    "content", [b"\xff\xfe# T", b"", b"No title", b"# Two\n\n# titles", b"# T\n" + b"a" * help_texts.LARGEST]
)
def test_a_chapter_that_cannot_be_read_is_left_out_and_help_stays_up(app_with, caplog, content):
    reader = Desk(app_with({"help/en.md": content}).test_client(), MEMBER)

    assert "/help/widget" not in reader.get("/help").links
    assert reader.get("/help/widget").status == 404
    assert "help text not shown" in caplog.text


@pytest.mark.parametrize("name", ["azure", "nothing", "worldwide", "..%2fwidget"])
def test_a_plugin_without_a_chapter_has_no_page(app_with, name):
    assert Desk(app_with({}).test_client(), MEMBER).get(f"/help/{name}").status == 404


def test_a_plugin_that_does_not_run_shows_neither_chapter_nor_icon(app_with):
    app = app_with({"help/en.md": "# The widget\n\nWords.", "icon.svg": CIRCLE}, code="1 / 0")
    reader = Desk(app.test_client(), MEMBER)

    assert reader.get("/help/widget").status == 404
    assert reader.get("/assets/0/plugin-widget.svg").status == 404


def test_chapter_and_icon_are_found_without_running_the_plugins_code(app_with):
    app = app_with({"help/en.md": "# The widget\n\nWords.", "icon.svg": CIRCLE})
    plugins = app.extensions["onbehalf"].plugins
    del sys.modules[plugins.found["widget"].entry_point.module]
    tallies = plugins.guard.record_of("widget").hooks
    calls = {hook: tally.calls for hook, tally in tallies.items()}

    page = Desk(app.test_client(), MEMBER).get("/help/widget")

    assert page.status == 200
    assert icons_of(page)
    assert {hook: tally.calls for hook, tally in tallies.items()} == calls
    assert plugins.found["widget"].entry_point.module not in sys.modules


def test_help_weighs_nothing_more_where_no_plugin_brings_a_chapter(desk):
    page = desk(MEMBER).get("/help")

    assert "From plugins" not in page.words
    assert icons_of(page) == []


def test_the_longest_chapter_is_a_page_as_light_as_every_other(app_with):
    prose = "\n\n".join(file.read_text("utf-8") for file in sorted((ROOT / "docs").glob("*.md")))
    text = "# The widget\n\n" + re.sub(r"^# ", "", prose, flags=re.MULTILINE)
    app = app_with({"help/en.md": text.encode("utf-8")[: help_texts.LARGEST].decode("utf-8", "ignore")})
    reader = Desk(app.test_client(), MEMBER)

    for path in ("/help/widget", "/help"):
        answer = reader.client.get(path, headers={"Accept-Encoding": "br"})
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers)
        assert (answer.status_code, answer.content_encoding) == (200, "br")
        assert head + len(answer.data) <= 15_000, path


def test_an_icon_stands_on_its_products_card_and_is_kept_under_the_name_of_its_content(app_with):
    reader = Desk(app_with({"icon.svg": CIRCLE}).test_client(), MEMBER)

    (address,) = icons_of(reader.get(reader.customer("Contoso")))
    answer = reader.client.get(address, headers={"Accept-Encoding": "identity"})

    assert re.fullmatch(r"/assets/[0-9a-f]{16}/plugin-widget\.svg", address)
    assert answer.data == CIRCLE.encode()
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == assets.FOREVER
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", UNSAFE.values(), ids=UNSAFE)
def test_an_icon_that_is_more_than_a_picture_is_not_shown_and_the_page_stays_up(app_with, caplog, content):
    reader = Desk(app_with({"icon.svg": content}).test_client(), MEMBER)

    page = reader.get(reader.customer("Contoso"))

    assert (page.status, icons_of(page)) == (200, [])
    assert "Widget" in page.words
    assert reader.client.get("/assets/0/plugin-widget.svg").status_code == 404
    assert "icon not shown" in caplog.text


@pytest.mark.parametrize(
    "name", ["plugin-.svg", "plugin-azure.svg", "plugin-..svg", "icon-widget.svg", "plugin-widget"]
)
def test_no_other_name_of_an_icon_is_served(app_with, name):
    assert Desk(app_with({"icon.svg": CIRCLE}).test_client(), MEMBER).get(f"/assets/0/{name}").status == 404


def test_a_package_with_two_plugins_has_files_for_each(install_plugin, tmp_path):
    from webapp.plugins.finding import installed  # noqa: PLC0415  # after it is installed

    module = install_plugin("widget", CODE, manifest=MANIFEST)
    ours, others = "# Ours\n\nWords.", "# Another's\n\nWords."
    write(tmp_path / "onbehalf-widget" / module, {"help/en.md": others, "help-widget/en.md": ours})

    assert help_texts.of(installed()["widget"], "en").title == "Ours"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"help/en.md": "# T\n\nWords."}, "there is no help/sv.md"),
        ({"help/en.md": "# T\n\nWords.", "help/fr.md": "# T\n\nMots."}, "help/fr.md is no language's"),
        ({"help/en.md": "Words."}, "help/en.md: it begins with one line"),
        ({"help/en.md": "# T"}, "it says nothing below its title"),
        ({"help/en.md": "# T\n\n- One\n- Two", "help/de.md": "# T\n\n- Eins"}, "help/de.md: it has the parts points:1"),
        ({"help/en.md": "# T\n\n**Loud** words."}, "'**' is shown as it stands"),
    ],
)
def test_the_kit_says_what_is_wrong_with_a_chapter(install_plugin, tmp_path, files, said):
    write(tmp_path / "onbehalf-widget" / install_plugin("widget", CODE, manifest=MANIFEST), files)

    problems = {finding.check: finding.problems for finding in examine("widget")}["help_in_every_language"]

    assert any(said in problem for problem in problems), problems


def test_the_kit_says_what_is_wrong_with_an_icon(install_plugin, tmp_path):
    module = install_plugin("widget", CODE, manifest=MANIFEST)
    write(tmp_path / "onbehalf-widget" / module, {"icon.svg": UNSAFE["a script"]})

    problems = {finding.check: finding.problems for finding in examine("widget")}["icon"]

    assert problems == ("icon.svg: <script> is no shape",)


@pytest.mark.parametrize("declared", ['<?xml version="1.0" encoding="UTF-8"?>', "<!-- drawn by hand -->", ""])
def test_what_a_drawing_program_writes_first_does_no_harm(tmp_path, declared):
    (tmp_path / "icon.svg").write_text(declared + CIRCLE)

    assert list(pictures.faults(tmp_path / "icon.svg")) == []


def test_the_example_brings_both():
    package = ROOT / "examples" / "acme-telephony" / "onbehalf_acme_telephony"

    assert list(pictures.faults(package / "icon.svg")) == []
    assert len(list((package / "help").iterdir())) == 6
