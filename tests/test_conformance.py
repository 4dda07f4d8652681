"""The conformance kit finds what it promises: a plugin that holds passes, and each fault fails its own check."""

import json
import re

import pytest

from webapp.commands import main
from webapp.errors import StartRefused
from webapp.plugins.finding import installed
from webapp.testing.conformance import CHECKS, LOADS, TITLES, examine
from webapp.testing.conformance.cases import DOMAINS, TENANTS
from webapp.testing.conformance.subject import subject
from webapp.testing.kit import conformance

MANIFEST = 'id = "widget"\napi = ">=1.0,<2"\nproducts = ["telephony"]\nsold_in = ["global"]\n'
POLICY = 'id = "widget"\napi = ">=1.0,<2"\n'
GOOD = """
from webapp import (
    Answer, Check, Choice, ExternalDoor, PortalDoor, PreparedRequest, Product, Question, RedirectTarget, Remedy,
    TextDomain, hookimpl
)

_ = TextDomain(__name__).text

@hookimpl
def register_products(cloud):
    if cloud.key != "global":
        return ()
    return [
        Product(
            key="telephony", label=_("Telephony"), vendor="Acme", portal=None, third_party=True,
            questions=(
                Question(key="lines", label=_("Lines"), kind="choice", choices=(Choice(key="one", label=_("One")),)),
            ),
        )
    ]

@hookimpl
def entitlement_check(situation):
    if situation.customer.name == "Nobody":
        return [Check(outcome="fail", reason=_("Nobody."), remedy=Remedy(text=_("Ask somebody.")))]
    return [Check(outcome="pass", reason=_("%(customer)s is a customer of Acme.", customer=situation.customer.name))]

@hookimpl
def build_request(draft):
    return PreparedRequest(answers=(Answer(label=_("Title"), value=draft.title),))

@hookimpl
def redirect_target(draft):
    return RedirectTarget(
        door=ExternalDoor(url="https://support.acme.example"), steps=(_("Sign in."),), review=_("Under Cases.")
    )
"""
RETURN = 'return [Check(outcome="pass", reason=_("%(customer)s'
OWN = 'key="telephony", label=_("Telephony"), vendor="Acme", portal=None, third_party=True'
HEAD = "_ = TextDomain"
BUILT = 'return PreparedRequest(answers=(Answer(label=_("Title"), value=draft.title),))'
DOOR = 'ExternalDoor(url="https://support.acme.example")'
SLOWLY = "import time; until = time.thread_time() + 1.1\n        while time.thread_time() < until: pass"
SWALLOWED = """try:
        1 / len(situation.customer.name)
    except Exception:
        pass
    """
BUSY = (
    """busy = vars(build_request).setdefault("busy", [])
    if busy: return PreparedRequest(answers=())
    busy.append(True)
    """
    + BUILT.replace("return", "built =")
    + """
    busy.clear()
    return built"""
)
LATE = (
    """if situation.rules == "today":
        return [Check(outcome="warn", reason=_("Late."){remedy})]
    """
    + RETURN
)
IMPORTING = "import contextlib, {module}\nwith contextlib.suppress(OSError): {what}\n" + HEAD
TRYING = "import contextlib, {module}\n    with contextlib.suppress(OSError): {what}\n    " + RETURN
FAULTS = {
    "raises for one customer": ("answers", RETURN, 'situation.customer.domain.split(".")[1]; ' + RETURN),
    "raises where nothing is chosen": ("answers", RETURN, "situation.severity.lower(); " + RETURN),
    "answers a word": ("answers", RETURN, 'if situation.rules == "today": return "yes"\n    ' + RETURN),
    "builds something else": ("answers", BUILT, "return {'title': draft.title}"),
    "builds nothing": ("answers", BUILT, "return None"),
    "leads to a word": ("answers", f"door={DOOR}", f"door=str({DOOR})"),
    "raises for one severity": ("answers", RETURN, "assert situation.severity != 'B'; " + RETURN),
    "raises for one language": ("answers", RETURN, "assert situation.language != 'ru'; " + RETURN),
    "raises for another script": ("answers", RETURN, "situation.customer.domain.encode('ascii'); " + RETURN),
    "raises for a long domain": ("answers", RETURN, "assert len(situation.customer.domain) != 253; " + RETURN),
    "raises for no GUID": ("answers", RETURN, "import uuid; uuid.UUID(situation.customer.tenant_id); " + RETURN),
    "warns without a remedy": ("answers", RETURN, LATE.format(remedy="")),
    "warns with a remedy without words": ("remedies", RETURN, LATE.format(remedy=', remedy=Remedy(text=_(" "))')),
    "owns no check": ("answers", RETURN, "if situation.severity == 'A': return []\n    " + RETURN),
    "lacks a hook": ("hooks", "@hookimpl\ndef build_request", "def _unused"),
    "refuses everybody": ("can_be_filed", '== "Nobody"', '!= "Nobody"'),
    "refuses for want of an answer": ("missing_answers", "if situation", "if not situation.answers or situation"),
    "differs each time": ("repeatable", "value=draft.title", "value=str(__import__('time').perf_counter_ns())"),
    "opens a door of the cloud that is not there": (
        "ways_in", 'ExternalDoor(url="https://support.acme.example")', 'PortalDoor(portal="lifecycle")'
    ),
    "warns with a door of the cloud that is not there": (
        "ways_in",
        RETURN,
        LATE.format(remedy=', remedy=Remedy(text=_("Look."), door=PortalDoor(portal="lifecycle"))'),
    ),
    "leaves a cloud whose operator supports it": (
        "ways_in", OWN, 'key="azure", label=_("Azure"), vendor="Microsoft", portal="azure"'
    ),
    "puts a domain into an address": (
        "hostile_customers",
        '"https://support.acme.example"',
        'f"https://support.acme.example/?who={draft.situation.customer.domain or \'undefined\'}".split()[0]',
    ),
    "puts what people wrote into the sentence": (
        "rendered", '_("%(customer)s is', 'TextDomain(__name__).text(situation.customer.name + " is'
    ),
    "forgets a hole": ("rendered", "customer=situation.customer.name))", "name=situation.customer.name))"),
    "imports the web framework": ("imports", "_ = TextDomain", "import flask.globals\n_ = TextDomain"),
    "imports the tables": ("imports", "_ = TextDomain", "from webapp.tables import customers\n_ = TextDomain"),
    "swallows an error": ("interrupted", RETURN, SWALLOWED + RETURN),
    "keeps half of what it did when an error came": ("interrupted", BUILT, BUSY),
    "reads the form": ("quiet", RETURN, '__import__("flask").request.args.get("product"); ' + RETURN),
    "thinks long in one language": ("quick", RETURN, f"if situation.language == 'ru':\n        {SLOWLY}\n    {RETURN}"),
    "sleeps": ("quiet", RETURN, TRYING.format(module="time", what="time.sleep(0.001)")),
    "looks a host up at import": (
        "quiet", HEAD, IMPORTING.format(module="socket", what="socket.getaddrinfo('a.example', 443)")
    ),
    "reads the form at import": ("quiet", HEAD, f"PRODUCT = __import__('flask').request.args.get('product')\n{HEAD}"),
    "opens a database at import": (
        "quiet", HEAD, IMPORTING.format(module="sqlite3", what="sqlite3.connect(':memory:')")
    ),
    "thinks too long": ("quick", 'if cloud.key != "global":', 'sum(range(20_000_000))\n    if cloud.key != "global":'),
    "reads a variable at import": ("quiet", HEAD, f"import os\nHOME = os.environ.get('HOME')\n{HEAD}"),
    "reads a variable in a hook": ("quiet", RETURN, "import os; os.getenv('HOME'); " + RETURN),
    "looks a host up and goes on": (
        "quiet", RETURN, TRYING.format(module="socket", what="socket.getaddrinfo('a.example', 443)")
    ),
    "opens a connection and goes on": (
        "quiet", RETURN, TRYING.format(module="socket", what="socket.create_connection(('127.0.0.1', 9))")
    ),
    "opens a database": (
        "quiet", RETURN, TRYING.format(module="sqlite3", what="sqlite3.connect(':memory:')")
    ),
    "writes a file": (
        "quiet", RETURN, TRYING.format(module="os", what="open('/tmp/onbehalf-kit', 'w')")
    ),
    "starts a program": (
        "quiet", RETURN, TRYING.format(module="subprocess", what="subprocess.run(['true'])")
    ),
}  # fmt: skip

OPTIONAL = ("questions=(", 'questions=(Question(key="log", label=_("Log"), required=False), ')
TWO_OPTIONAL = (
    OPTIONAL[0],
    OPTIONAL[1] + 'Question(key="trace", label=_("Trace"), categories=("advisory",), required=False), ',
)
LEFT_EMPTY = {
    "an answer that need not be given": (
        OPTIONAL, BUILT, 'draft.situation.answers["log"]; ' + BUILT, "only what must be answered",
    ),
    "an answer of one category": (
        TWO_OPTIONAL, "return RedirectTarget", 'draft.situation.answers["trace"]; return RedirectTarget',
        "only what must be answered",
    ),
    "one of two answers": (
        TWO_OPTIONAL, BUILT,
        'told = draft.situation.answers\n    assert ("trace" in told) >= ("log" in told); ' + BUILT, "without trace",
    ),
}  # fmt: skip


@pytest.fixture
def tried(install_plugin):
    """Return a function that installs a plugin and returns the problems of each check."""

    def try_it(code=GOOD, manifest=MANIFEST, tier="fits"):
        install_plugin("widget", code, manifest=manifest)
        return {finding.check: finding.problems for finding in examine("widget", tier)}

    return try_it


def failing(findings):
    return {check: problems for check, problems in findings.items() if problems}


def test_a_plugin_that_holds_everything_passes_each_check(tried):
    assert failing(tried()) == {}


def test_every_check_says_what_it_asks():
    assert all(TITLES.values())
    assert {LOADS, *CHECKS} == set(TITLES)


@pytest.mark.parametrize(("check", "old", "new"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found_by_its_check(tried, check, old, new):
    assert GOOD.count(old) == 1

    assert check in failing(tried(GOOD.replace(old, new)))


@pytest.mark.parametrize(("asked", "old", "new", "case"), LEFT_EMPTY.values(), ids=LEFT_EMPTY)
def test_what_breaks_when_a_box_is_left_empty_is_found(tried, asked, old, new, case):
    problems = tried(GOOD.replace(*asked).replace(old, new), tier="works")["answers"]

    assert any(case in problem for problem in problems), problems


def test_a_plugin_that_takes_an_empty_box_for_what_it_is_passes(tried):
    reading = 'draft.situation.answers.get("log"); ' + BUILT

    assert failing(tried(GOOD.replace(*TWO_OPTIONAL).replace(BUILT, reading))) == {}


PLANS = MANIFEST + 'plans = ["widget_gold", "widget_silver"]\n'
BY_PLAN = """held = situation.contract("widget_gold") or situation.contract("widget_silver")
    if held and held.plan == "widget_silver" and situation.severity == "A":
        return [Check(outcome="fail", reason=_("Silver is not enough."){remedy})]
    """
BUY = ', remedy=Remedy(text=_("Buy gold."))'


def test_the_branch_for_a_lower_plan_is_taken(tried):
    problems = tried(GOOD.replace(RETURN, BY_PLAN.format(remedy="") + RETURN), PLANS)["answers"]

    assert any("holding widget_silver alone, severity A" in problem for problem in problems)


def test_the_branch_for_what_the_provider_alone_holds_is_taken(tried):
    branch = 'assert not (situation.provider and situation.contract("widget_silver", of=situation.provider))'

    problems = tried(GOOD.replace(RETURN, f"{branch}; {RETURN}"), PLANS)["answers"]

    assert any("whose provider alone holds widget_silver" in problem for problem in problems)


def test_plans_that_are_asked_for_and_named_are_no_problem(tried):
    assert failing(tried(GOOD.replace(RETURN, BY_PLAN.format(remedy=BUY) + RETURN), PLANS)) == {}


def test_a_plan_that_nobody_asks_for_is_a_problem_and_so_is_one_that_the_manifest_does_not_name(tried):
    code = GOOD.replace(RETURN, BY_PLAN.format(remedy=BUY) + RETURN)

    unasked, unnamed = tried(code, PLANS.replace("silver", "sliver"))["plans"]

    assert unasked.startswith("plans names 'widget_sliver', which was asked for in no situation")
    assert unnamed == "it asks for the plan 'widget_silver', which plans in the manifest does not name"


def test_a_plan_that_the_desk_knows_or_that_is_read_among_the_contracts_needs_no_call(tried):
    reading = 'any(c.plan == "widget_gold" for c in situation.partner.contracts); situation.contract("premier"); '

    assert failing(tried(GOOD.replace(RETURN, reading + RETURN), MANIFEST + 'plans = ["widget_gold"]\n')) == {}


def test_the_lines_that_no_situation_reaches_are_named_and_fail_nothing(install_plugin):
    code = GOOD.replace(RETURN, f"if situation.language == 'tlh':\n        situation = None\n    {RETURN}")
    install_plugin("widget", code, manifest=MANIFEST)
    reached = code.splitlines().index("        situation = None") + 1
    nobody = code.splitlines().index(
        '        return [Check(outcome="fail", reason=_("Nobody."), remedy=Remedy(text=_("Ask somebody.")))]'
    )

    finding = {finding.check: finding for finding in examine("widget", "fits")}["interrupted"]

    assert finding.outcome == "ok"
    assert finding.notes == (
        f"note: no situation of the kit reaches __init__.py, line {nobody + 1}, {reached}: your own tests have to",
    )


WINDING = '''
    """Its manual."""
    label: str
    try:
        for part in situation.customer.domain:
            if part == ".":
                continue
            with __import__("contextlib").suppress(ValueError):
                pass
        else:
            found = [
                one
                for one in situation.customer.subscriptions
                if one.product
            ]
        match situation.language:
            case "sv":
                label = "a"
            case _:
                label = "b"
        while True:
            break
    finally:
        label = "c"

    @__import__("functools").cache
    def inner(
        word,
    ):
        """Its manual."""
        global _
        return word

    inner(label)
'''


def test_lines_that_are_reached_are_not_named_however_the_code_winds(install_plugin):
    head = "def entitlement_check(situation):"
    assert GOOD.count(head) == 1
    code = GOOD.replace('    if situation.customer.name == "Nobody":\n', "    if situation.customer.name == MARKUP:\n")
    code = code.replace(HEAD, "from webapp.testing.conformance.cases import MARKUP\n" + HEAD).replace(
        head, head + WINDING
    )
    install_plugin("widget", code, manifest=MANIFEST)

    finding = {finding.check: finding for finding in examine("widget", "fits")}["interrupted"]

    assert finding.notes == ()


def test_an_error_is_let_happen_in_a_line_that_only_one_language_reaches(tried):
    swallowing = "if situation.language == 'ru':\n        try: len('x')\n        except Exception: pass\n    "

    (problem,) = tried(GOOD.replace(RETURN, swallowing + RETURN))["interrupted"]

    assert problem.startswith("global/telephony, in ru: ")
    assert "is swallowed" in problem


def test_a_product_that_another_installed_plugin_owns_in_the_same_cloud_is_a_problem(tried, install_plugin):
    install_plugin("gadget", "1 / 0", manifest=MANIFEST.replace("widget", "gadget"))

    problems = failing(tried(tier="works"))

    assert problems == {
        "keys_of_its_own": (
            "telephony is also the gadget plugin's; a desk with both does not start; choose another key",
        )
    }


def test_a_product_that_another_plugin_owns_elsewhere_is_no_problem(tried, install_plugin):
    elsewhere = MANIFEST.replace("widget", "gadget").replace('["global"]', '["moon"]')
    install_plugin("gadget", "", manifest=elsewhere)

    assert failing(tried(tier="works")) == {}


def test_a_key_of_a_plugin_that_brings_the_cloud_is_named_although_the_two_do_not_start_together(tried, install_plugin):
    bringing = """
    from webapp import Product, hookimpl
    from webapp.worldwide import GLOBAL

    @hookimpl
    def register_clouds():
        return [GLOBAL.model_copy(update={"key": "moon", "name": "Moon"})]

    @hookimpl
    def register_products(cloud):
        return [Product(key="telephony", label="T", vendor="V", portal=None, third_party=True)]
    """
    told = MANIFEST.replace("widget", "gadget").replace('["global"]', '["global", "moon"]\nclouds = ["moon"]')
    install_plugin("gadget", bringing, manifest=told)

    (problem,) = failing(tried(tier="works"))["keys_of_its_own"]

    assert problem.startswith("telephony is also the gadget plugin's")


def test_why_a_product_was_dropped_is_said(tried):
    problems = tried(GOOD.replace(", third_party=True", ""))["manifest"]

    assert "products says ['telephony'], and it registers []" in problems
    (why,) = (problem for problem in problems if "is dropped" in problem)
    assert why.startswith("it registers telephony in global, which does not sell it (it sells [")
    assert "third_party=True" in why


def test_a_product_in_a_cloud_that_the_manifest_does_not_name_is_found(tried):
    (problem,) = tried(GOOD.replace('if cloud.key != "global":', "if not cloud:"))["manifest"]

    assert problem == "sold_in says ['global'], and it registers ['china', 'germany', 'global', 'usgov']"


def test_a_plugin_with_a_cloud_that_cannot_be_loaded_is_no_hindrance(tried, install_plugin):
    broken = 'id = "{}"\napi = ">=1.0,<2"\nclouds = ["{}"]\n'
    install_plugin("broken", "1 / 0", manifest=broken.format("broken", "moon"))
    needing = "from pydantic import BaseModel\n\nclass Settings(BaseModel):\n    token: str\n"
    install_plugin("needing", needing, manifest=broken.format("needing", "mars"))

    assert failing(tried()) == {}
    assert {"china", "usgov", "germany"} <= set(subject("widget").plugins.clouds)


def test_what_happens_in_many_situations_is_one_line_without_the_values(tried):
    leading = GOOD.replace(DOOR, 'ExternalDoor(url="javascript:" + draft.situation.customer.name)')

    problems = tried(leading, tier="works")["answers"]

    assert len(problems) < 5
    assert re.match(r"in \d\d+ situations, first global/telephony, ordinary: The plugin widget failed", problems[0])
    assert "(ExternalDoor: url: Value error" in problems[0]
    assert not any(word in " ".join(problems) for word in ("pydantic.dev", "input_value", "\n"))


PRINTING = {
    "at its import": (HEAD, "print('hello')\n" + HEAD),
    "in a hook": (RETURN, "print(situation.partner.name); " + RETURN),
    "in a hook by its stream": (RETURN, "__import__('sys').stdout.write('x'); " + RETURN),
}


@pytest.mark.parametrize(("old", "new"), PRINTING.values(), ids=PRINTING)
def test_a_plugin_that_prints_is_told_so_and_the_report_stays_json(install_plugin, capsys, old, new):
    install_plugin("widget", GOOD.replace(old, new), manifest=MANIFEST)

    with pytest.raises(SystemExit) as ended:
        main(["check-plugin", "widget", "--tier", "fits", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert {finding["check"] for finding in told["findings"] if finding["problems"]} == {"quiet"}
    assert "writes to standard output" in str(told)


def test_a_text_that_prints_when_it_is_read_leaves_the_report_json(install_plugin, capsys):
    printing = "class Loud(str):\n    def __mod__(self, _values):\n        print('loud')\n        return 'x'\n\n"
    words = '"%(customer)s is a customer of Acme."'
    code = GOOD.replace(HEAD, printing + HEAD).replace(words, f"Loud({words})")
    install_plugin("widget", code, manifest=MANIFEST)

    with pytest.raises(SystemExit):
        main(["check-plugin", "widget", "--tier", "fits", "--json"])

    assert json.loads(capsys.readouterr().out)["plugin"] == "widget"


def test_a_required_setting_without_a_value_is_asked_for_in_the_environment(install_plugin):
    code = GOOD + "\nfrom pydantic import BaseModel\n\nclass Settings(BaseModel):\n    token: str\n"
    install_plugin("widget", code, manifest=MANIFEST)

    with pytest.raises(StartRefused, match="ONBEHALF_WIDGET_TOKEN") as refused:
        examine("widget")

    assert "takes the plugin's settings from the environment, as a desk does" in str(refused.value.remedy)


SHAPED = "review=_(\"Under Cases.\"), ticket_shape=__import__('webapp').TicketShape(pattern={!r}, example={!r})"


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"TV/([0-9]+)+-[0-9]", "TV/204816-3"),
        (r"(\w+\s?)*", "AB 12"),
        (r"([A-Z]+|[A-Z0-9])*7", "AB7"),
        (r"(AB|A|B)*7", "AB7"),
        (r"(x+x+)+y", "xxy"),
    ],
)
def test_a_pattern_that_some_number_keeps_busy_is_a_problem(tried, pattern, example):
    code = GOOD.replace('review=_("Under Cases.")', SHAPED.format(pattern, example))

    (problem,) = failing(tried(code, tier="works"))["ticket_numbers"]

    assert repr(pattern) in problem
    assert "of the processor for" in problem


@pytest.mark.parametrize(("pattern", "example"), [(r"TV/[0-9]{6}-[0-9]", "TV/204816-3"), (r"[0-9]{16}", "2" * 16)])
def test_a_pattern_that_repeats_once_is_no_problem(tried, pattern, example):
    code = GOOD.replace('review=_("Under Cases.")', SHAPED.format(pattern, example))

    assert failing(tried(code, tier="works")) == {}


UNFIT = {
    "a long name of a product": ('label=_("Telephony")', 'label="T" * 201', "label has 201 characters"),
    "a long question": ('label=_("Lines")', 'label=_("L" * 201)', "questions.label has 201 characters"),
    "a long choice": ('label=_("One")', 'label="O" * 201', "choices.label has 201 characters"),
    "a long name of an answer": ('label=_("Title")', 'label="T" * 201', "answers.label has 201 characters"),
    "a long answer": ("value=draft.title", 'value="v" * 100_001', "an answer of 100001 characters"),
}


@pytest.mark.parametrize(("old", "new", "said"), UNFIT.values(), ids=UNFIT)
def test_what_no_page_can_show_is_a_problem(tried, old, new, said):
    assert GOOD.count(old) == 1

    problems = failing(tried(GOOD.replace(old, new), tier="works"))

    assert list(problems) == ["fits_the_page"]
    assert any(said in problem for problem in problems["fits_the_page"])


def test_labels_and_answers_as_long_as_they_may_be_are_no_problem(tried):
    code = GOOD.replace('label=_("Title")', 'label="T" * 200').replace("value=draft.title", 'value="v" * 100_000')

    assert failing(tried(code, tier="works")) == {}


def test_a_text_that_cannot_be_put_into_words_fails_the_first_tier(tried):
    code = GOOD.replace("customer=situation.customer.name))", "name=situation.customer.name))")

    assert "rendered" in failing(tried(code, tier="works"))


MISFITS = {
    "a hook that does not exist": (
        "def entitlement_check(situation)",
        "def entitlement_chek(situation)",
        "entitlement_chek",
    ),
    "an argument that does not exist": ("def redirect_target(draft)", "def redirect_target(draft, form)", "form"),
    "a hook without its mark": ("@hookimpl\ndef entitlement_check", "def entitlement_check", "lacks @hookimpl"),
    "a mark with options": (
        "@hookimpl\ndef build_request",
        "@hookimpl(specname='build_request')\ndef built",
        "options",
    ),
    "a product that is none": ("if cloud.key", "return [7]\n    if cloud.key", "int instead of Product"),
    "a product of unknown fields": (
        'key="telephony", label',
        'key="telephony", colour="red", label',
        "failed in register_products",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_the_specification_is_not_loaded_and_the_kit_says_why(tried, old, new, said):
    assert GOOD.count(old) == 1

    findings = tried(GOOD.replace(old, new))

    assert list(failing(findings)) == [LOADS]
    assert any(said in problem for problem in findings[LOADS]), findings[LOADS]


TO_THE_VENDOR = 'ExternalDoor(url="https://support.acme.example/" + draft.situation.customer.{field} + "/new")'
FIT = {"of 253 characters"}


@pytest.mark.parametrize(("field", "hostile"), [("domain", DOMAINS), ("tenant_id", TENANTS)])
def test_every_hostile_customer_is_found_in_an_address_that_is_made_by_hand(install_plugin, field, hostile):
    install_plugin("widget", GOOD.replace(DOOR, TO_THE_VENDOR.format(field=field)), manifest=MANIFEST)
    on_trial = subject("widget")

    problems = [*CHECKS["answers"](on_trial), *CHECKS["hostile_customers"](on_trial)]

    kind = {"domain": "a domain", "tenant_id": "a tenant id"}[field]
    missed = [name for name in hostile if not any(f"{kind} {name}:" in problem for problem in problems)]
    assert set(missed) == (FIT if field == "domain" else set())


def test_a_door_is_looked_up_in_each_cloud_that_the_plugin_names(tried):
    code = GOOD.replace(DOOR, 'PortalDoor(portal="azure_status", in_customer=False)').replace(
        '!= "global"', '== "germany"'
    )
    code += """
from webapp.worldwide import GLOBAL

@hookimpl
def register_clouds():
    portals = {"azure": GLOBAL.portals["azure"]}
    return [GLOBAL.model_copy(update={"key": "moon", "name": "Moon", "portals": portals, "products": ()})]
"""
    manifest = MANIFEST.replace('["global"]', '["global", "moon"]\nclouds = ["moon"]')

    problems = tried(code, manifest)["ways_in"]

    (problem,) = problems
    assert re.fullmatch(
        r"in \d+ situations, first moon/telephony, ordinary: Moon has no portal of the kind azure_status\.", problem
    )


@pytest.mark.parametrize("language", ["sv", "ru", "zh_Hans_CN"])
def test_a_translation_that_cannot_be_filled_in_is_found_in_its_language(install_plugin, tmp_path, language):
    module = install_plugin("widget", GOOD, manifest=MANIFEST)
    folder = tmp_path / "onbehalf-widget" / module / "translations" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    folder.joinpath("messages.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "%(customer)s is a customer of Acme."\nmsgstr "%(kund)s"\n'
    )

    problems = {finding.check: finding.problems for finding in examine("widget", "fits")}["rendered"]

    assert problems == (f"check.reason, in {language}: KeyError: 'kund'",)


def test_a_plugin_past_whose_pause_something_is_filed_is_found(install_plugin):
    install_plugin("widget", GOOD, manifest=MANIFEST)
    on_trial = subject("widget")
    assert list(CHECKS["refused_while_paused"](on_trial)) == []

    on_trial.record.refuses = lambda _hook: None  # as if nothing kept it from being asked

    (problem,) = CHECKS["refused_while_paused"](on_trial)
    assert "is filed past it while it is paused" in problem


def test_a_missing_manifest_is_a_problem(install_plugin):
    install_plugin("widget", GOOD)

    findings = {finding.check: finding.problems for finding in examine("widget", "fits")}

    assert list(failing(findings)) == ["manifest"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('products = ["telephony"]', "", "products says []"),
        ('sold_in = ["global"]', 'sold_in = ["global", "germany"]', "sold_in says ['germany', 'global']"),
        ('sold_in = ["global"]', 'sold_in = ["global", "moon"]', "install the plugins that bring"),
        ('sold_in = ["global"]', 'sold_in = ["global"]\nclouds = ["moon"]', "clouds says ['moon']"),
    ],
)
def test_a_manifest_that_says_something_else_is_a_problem(tried, old, new, said):
    (problem,) = tried(manifest=MANIFEST.replace(old, new))["manifest"]

    assert said in problem


def test_a_text_without_a_mark_or_a_catalogue_is_a_problem(tried):
    problems = tried(GOOD.replace('_("Sign in.")', '"Sign in."'), tier="polished")["translated"]

    assert any("no marked text" in problem for problem in problems)
    assert any("translations/sv" in problem for problem in problems)


def test_a_text_that_its_catalogue_lacks_is_a_problem(tried, install_plugin, tmp_path):
    catalogues = tmp_path / "onbehalf-widget"
    module = install_plugin("widget", GOOD, manifest=MANIFEST)
    for language in ("zh_Hans_CN", "zh_Hant_TW", "ru", "sv", "de"):
        folder = catalogues / module / "translations" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        folder.joinpath("messages.po").write_text(
            'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Sign in."\nmsgstr "X"\n'
        )

    problems = {finding.check: finding.problems for finding in examine("widget")}["translated"]

    assert any("'Telephony': not translated into sv" in problem for problem in problems)
    assert not any("Sign in" in problem for problem in problems)


def test_a_policy_is_tried_with_products_that_are_not_its_own(tried):
    code = """
    from webapp import Check, Remedy, hookimpl

    @hookimpl
    def entitlement_check(situation):
        return [Check(outcome="fail", reason="No.", remedy=Remedy(text="Stop."))] if situation.severity == "A" else [7]
    """

    (problem, *_others) = tried(code, POLICY)["answers"]

    assert "int instead of Check" in problem


def test_a_plugin_that_does_not_load_fails_that_and_nothing_else_is_tried(tried):
    findings = tried("1 / 0")

    assert list(failing(findings)) == [LOADS]
    assert "ZeroDivisionError" in findings[LOADS][0]


def test_a_name_that_is_not_installed_is_refused_with_what_to_do():
    with pytest.raises(StartRefused) as refused:
        examine("wigdet")

    assert "Installed:" in str(refused.value.remedy)


def test_the_command_says_what_holds_and_ends_well(install_plugin, capsys):
    install_plugin("widget", GOOD, manifest=MANIFEST)

    with pytest.raises(SystemExit) as ended:
        main(["check-plugin", "widget", "--tier", "fits"])

    assert ended.value.code == 0
    assert "widget passes." in capsys.readouterr().out


def test_the_command_says_in_json_what_does_not_hold_and_ends_with_one(install_plugin, capsys):
    install_plugin("widget", GOOD.replace("@hookimpl\ndef build_request", "def _unused"), manifest=MANIFEST)

    with pytest.raises(SystemExit) as ended:
        main(["check-plugin", "widget", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (told["plugin"], told["version"], told["passed"]) == ("widget", installed()["widget"].version, False)
    assert {"check": "hooks", "outcome": "failed"}.items() <= next(
        f for f in told["findings"] if f["check"] == "hooks"
    ).items()


def test_settings_are_given_to_the_suite_as_a_deployer_would(install_plugin):
    code = GOOD + "\nfrom pydantic import BaseModel, SecretStr\n\nclass Settings(BaseModel):\n    token: SecretStr\n"
    install_plugin("widget", code, manifest=MANIFEST)

    conformance("widget", tier="fits", token="only for tests")(LOADS)
    with pytest.raises(pytest.fail.Exception, match="ONBEHALF_WIDGET_TOKEN"):
        conformance("widget", tier="fits")(LOADS)
