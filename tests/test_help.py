"""Help, read sentence by sentence: each with the rules it names."""

import re
from html.parser import HTMLParser

import pytest

from onbehalf_azure.checks import SUPPORT_FAQ
from onbehalf_germany import GERMANY
from onbehalf_office365.dynamics import DYNAMICS_SUPPORT, PLAN_OPTIONS
from onbehalf_usgov import USGOV
from onbehalf_vianet.cloud import CHINA
from webapp.contracts.clouds import Cloud, Link
from webapp.worldwide import GLOBAL

SENTENCES = {"p", "li", "dd", "td", "th", "caption", "h3", "h4"}
VOID = {"meta", "link", "input", "br", "img"}
MICROSOFTS = {"before", "entitlement", "by_hand", "azure", "office365"}


class Node:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, attributes, parent, []

    def __iter__(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child

    @property
    def text(self):
        words = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(words).split())

    def called(self, name):
        return [node for node in self if name in (node.attributes.get("class") or "").split()]

    def tagged(self, tag):
        return [node for node in self if node.tag == tag]

    def part(self, key):
        return next(node for node in self if node.attributes.get("id") == key)

    def anchors(self):
        return {node.attributes["id"] for node in self if "id" in node.attributes}

    def says(self, rule):
        """Return the sentences that name the rule, without the numbers, in the order of the page."""
        marks = [node for node in self.called("rules") if rule in node.text.split(", ")]
        return [re.sub(r" R\d+(, R\d+)*$", "", sentence_around(mark).text) for mark in marks]


class Tree(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {}, None)
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs), self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag, attrs):
        self.here.children.append(Node(tag, dict(attrs), self.here))

    def handle_endtag(self, tag):
        assert self.here.tag == tag, f"<{self.here.tag}> is closed by </{tag}>"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.children.append(data)


def sentence_around(node):
    while node.tag not in SENTENCES:
        node = node.parent
    return node


def links_of(node):
    return {link.attributes["href"]: sentence_around(link) for link in node.tagged("a")}


@pytest.fixture
def help_page(make_app, demo_database, sign_in, tmp_path):
    """Return a function that reads Help, or a page below it, as Fabrikam's admin agent, under the settings given."""

    def read(below="", **settings):
        file = tmp_path / f"help{len(list(tmp_path.iterdir()))}.sqlite3"
        file.write_bytes(demo_database.read_bytes())
        client = make_app(database_url=f"sqlite:///{file}", **settings).test_client()
        sign_in(client, "fabrikam-admin-agent")
        answer = client.get(f"/help{below}")
        assert answer.status_code == 200
        return Tree(answer.text).root.part("main")

    return read


@pytest.fixture
def page(help_page):
    return help_page()


@pytest.fixture
def cloud_page(help_page):
    """Return a function that reads the page of a cloud."""
    return lambda key, **settings: help_page(f"/clouds/{key}", **settings)


def one(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_a_stranger_is_asked_to_sign_in_first(make_app):
    answer = make_app().test_client().get("/help")

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/help")


def test_every_entry_of_the_contents_leads_to_a_part_of_the_page(page):
    wanted = {address[1:] for address in links_of(page) if address.startswith("#")}

    assert wanted <= page.anchors()
    assert {chapter.attributes["id"] for chapter in page.called("help-chapter")} <= wanted


def test_no_two_parts_share_an_anchor(page):
    keys = [node.attributes["id"] for node in page if "id" in node.attributes]

    assert len(keys) == len(set(keys))


def test_the_desk_is_explained_in_six_steps_from_the_customer_to_the_clock(page):
    steps = [step.text for step in page.part("desk").tagged("li")]

    assert len(steps) == 6
    words = ("customer", "product", "support is owed", "Describe", "portal", "number")
    assert [word for word, step in zip(words, steps, strict=True) if word not in step] == []


@pytest.mark.parametrize(
    ("rules", "followed"),
    [("documents", "By the documents followed here"), ("today", "By today's pages followed here")],
)
def test_where_the_rules_differ_the_page_marks_the_set_that_this_desk_follows(help_page, rules, followed):
    page = help_page(rules=rules)

    assert f"ONBEHALF_RULES={rules}" in page.part("rules").text
    heads = {node.tagged("dt")[0].text for node in page.called("help-followed")}
    assert heads == {followed}
    assert len(page.called("help-differs")) == len(page.part("rules").tagged("li")) == 5


@pytest.mark.rules("R1", "R5")
def test_handing_over_is_the_exception_and_only_for_what_one_cannot_solve(page):
    assert "solve your customer's problem yourself" in one(page.says("R1"))
    sentence = one(page.says("R5"))
    assert "cannot solve" in sentence
    assert "five kinds" in sentence


@pytest.mark.rules("R2", "R3")
def test_service_health_comes_before_troubleshooting_with_admin_rights(page):
    steps = [step.text for step in page.part("first-steps").tagged("li")]

    assert steps == [f"{one(page.says('R2'))} R2", f"{one(page.says('R3'))} R3"]
    assert "service health" in steps[0]
    for word in ("admin rights", "software", "settings", "configuration"):
        assert word in steps[1]


@pytest.mark.rules("R4")
def test_five_kinds_are_handed_over_and_none_of_these_is_not_one_of_them(page):
    kinds = [kind.text for kind in page.part("kinds").tagged("li")]

    words = ("description", "unavailable", "bug", "network", "several tenants")
    assert [word for word, kind in zip(words, kinds, strict=True) if word not in kind] == []


@pytest.mark.rules("R6", "R60")
def test_billing_and_fraud_go_the_same_way_by_the_documents_and_invoices_elsewhere_today(page):
    same_way = page.part("billing").says("R6")[0]
    assert all(word in same_way for word in ("same way", "billing disputes", "fraud"))
    assert "Invoices" in one(page.part("billing").says("R60"))


@pytest.mark.rules("R72", "R14")
def test_the_four_roles_are_named_and_today_only_the_admin_agent(page):
    roles = page.part("who").says("R72")[0]
    assert all(role in roles for role in ("Admin agent", "Global admin", "Sales agent", "Helpdesk agent"))
    today = one(page.part("who").says("R14"))
    assert "Admin agents" in today
    assert "Sales" not in today


@pytest.mark.rules("R71")
def test_the_indirect_provider_files_where_its_reseller_cannot(page):
    assert all("indirect provider" in sentence and "file" in sentence for sentence in page.says("R71"))
    assert len(page.says("R71")) == 2


@pytest.mark.rules("R68")
def test_nothing_can_be_opened_once_the_customer_removed_the_rights_until_they_are_back(page):
    assert "No request can be opened until the relationship is rebuilt" in one(page.says("R68"))


@pytest.mark.rules("R41", "R42")
def test_the_entitlement_names_its_four_products_and_where_to_file_and_the_priority(page):
    included = one(page.says("R41"))
    for product in ("Azure", "Office 365", "Dynamics 365", "Enterprise Mobility Suite", "through Partner Center"):
        assert product in included
    major = one(page.says("R42"))
    assert "priority" in major
    assert "major problems" in major


@pytest.mark.rules("R43", "R46")
def test_the_own_tenant_is_not_covered_and_azure_needs_one_of_three_own_plans(page):
    own = page.part("own-tenant")
    assert own.says("R43")[0].startswith("No.")
    plans = one(own.says("R46"))
    assert all(plan in plans for plan in ("MPN contract ID", "Premier", "Azure support plan"))
    assert "ASfP is none of them" in plans
    assert SUPPORT_FAQ.url in links_of(own)


@pytest.mark.rules("R44")
def test_azure_takes_a_fee_and_the_three_others_take_none(page):
    free, paid = page.part("fees").says("R44")
    assert "no separate support fee" in free
    assert "Azure" not in free
    assert "Azure takes a fee" in paid
    assert "Signature Cloud Support" in paid


@pytest.mark.rules("R45")
def test_the_benefit_holds_in_a_trial_and_billing_support_is_free(page):
    sentence = one(page.says("R45"))
    assert "in a trial" in sentence
    assert sentence.endswith("billing and subscription management belongs to it and is free.")


@pytest.mark.rules("R47", "R48")
def test_what_the_benefits_hold_is_marked_as_coming_from_later_pages(page):
    sentences = [*page.says("R47"), *page.says("R48")]

    assert len(sentences) == 3
    assert all(sentence.startswith("From later pages") for sentence in sentences)
    assert "5 incidents (silver) or 10 (gold)" in sentences[0]


@pytest.mark.rules("R49")
def test_the_stated_business_impact_decides_the_severity(page):
    assert "business impact that you state" in one(page.says("R49"))


def row_of(table, start):
    row = next(row for row in table.tagged("tr") if row.text.startswith(start))
    return [cell.text for cell in row.tagged("td")]


@pytest.mark.rules("R50", "R51", "R52")
def test_microsofts_times_are_those_of_the_documents_in_english_and_in_staffed_hours_else(page):
    microsoft, _china = page.part("times").tagged("table")

    assert microsoft.tagged("caption")[0].text == f"{GLOBAL.name}, {USGOV.name} R50, R51, R52"
    for severity, hours in (("A, critical", 2), ("B, moderate", 4), ("C, minimal", 8)):
        assert row_of(microsoft, severity) == [
            f"first answer within {hours} hours, around the clock",
            f"first answer within {hours} hours, in staffed hours",
        ]
    assert row_of(microsoft, "Not a break-fix") == ["first answer within 1 business day"] * 2
    assert "English only" in page.part("times").says("R51")[-1]
    assert "not a break-fix problem" in page.part("times").says("R52")[-1]


@pytest.mark.rules("R54")
def test_21vianets_times_are_its_own_whatever_the_language(page, cloud_page):
    _microsoft, china = page.part("times").tagged("table")

    assert china.tagged("caption")[0].text == f"{CHINA.name} R54"
    assert [row_of(china, f"Severity {letter}") for letter in "ABC"] == [
        ["first answer within 1 hour, around the clock"],
        ["first answer within 1 business day"],
        ["first answer within 3 business days"],
    ]
    assert "every day, 09:00–24:00 (Asia/Shanghai)" in page.part("times").text
    asked = cloud_page("china").part("china-severity").says("R54")[0]
    assert "advanced service agreement" in asked
    assert "severity B at most" in asked


def test_a_time_that_the_deployer_changes_in_a_cloud_changes_on_the_page(help_page):
    responses = {"targets": {"A": {"minutes": 30}}, "source": "our contract"}

    page = help_page(cloud_overrides={"usgov": {"responses": responses}})

    captions = [table.tagged("caption")[0].text for table in page.part("times").tagged("table")]
    assert f"{USGOV.name} our contract" in captions
    changed = page.part("times").tagged("table")[captions.index(f"{USGOV.name} our contract")]
    assert row_of(changed, "A, critical") == [
        "first answer within 30 minutes, around the clock",
        "first answer within 30 minutes, in staffed hours",
    ]


@pytest.mark.rules("R55")
def test_the_times_by_plan_are_shown_only_where_todays_pages_count(help_page):
    by_documents, today = help_page(), help_page(rules="today")

    assert by_documents.says("R55") == []
    captions = [table.tagged("caption")[0].text for table in today.part("times").tagged("table")]
    direct = today.part("times").tagged("table")[captions.index("Dynamics 365, Professional Direct R55, R52")]
    assert row_of(direct, "B, moderate")[0] == "first answer within 2 hours, around the clock"


@pytest.mark.rules("R53", "R39")
def test_no_request_is_taken_by_phone_though_21vianets_number_is_shown(page):
    phone = page.part("phone")
    assert "takes no requests by phone" in one(phone.says("R53"))
    assert "(86) 400-089-0365" in one(phone.says("R54"))
    assert "publisher" in one(phone.says("R39"))


@pytest.mark.rules("R56", "R57")
def test_signing_in_directly_shows_ones_own_context_in_both_portals(page):
    for rule, portal in (("R56", "Azure portal"), ("R57", "Office 365 admin center")):
        sentence = one(page.part("direct").says(rule))
        assert portal in sentence
        assert "your own context" in sentence


@pytest.mark.rules("R8")
def test_one_starts_in_partner_center_to_keep_the_relationship(page):
    sentence = one(page.says("R8"))
    assert "Partner Center dashboard" in sentence
    assert "relationship between you and the customer" in sentence


@pytest.mark.rules("R9", "R10", "R12", "R15", "R16", "R17", "R21")
def test_each_documents_menu_path_stands_in_its_own_row(page):
    rows = {row.tagged("th")[0].text: row for row in page.part("menus").tagged("tr") if row.tagged("td")}

    paths = {
        "2017 and 2018": {"R9": "Dashboard menu > Customers", "R15": "Create or view service request"},
        "2019": {"R12": "Sign in to the dashboard", "R17": "New request > Microsoft Office 365"},
        "2021": {"R10": "Under CSP, choose Customers", "R16": "Service requests > New request"},
        "Today's pages": {"R14": "Administer page", "R21": "its portal opens"},
    }
    for source, said in paths.items():
        assert all(words in one(rows[source].says(rule)) for rule, words in said.items()), source


@pytest.mark.rules("R19")
def test_the_menus_lead_to_one_of_two_portals_and_partner_center_credentials_open_the_second(page):
    sentence = one(page.part("arrival").says("R19"))
    assert "Azure portal or the Office 365 admin center" in sentence
    assert "Partner Center credentials" in sentence


@pytest.mark.rules("R22", "R23", "R24", "R25")
def test_azures_form_takes_the_programmes_plan_and_the_partners_own_contact(page):
    form = page.part("azure-form")
    assert [sentence.rstrip(".").split()[-1] for sentence in form.says("R22")] == ["request", "Create"]
    assert "Support plan to Cloud Solution Provider" in one(form.says("R23"))
    assert "never the customer's" in one(form.says("R24"))
    assert "Manage support requests" in form.says("R25")[0]


@pytest.mark.rules("R26")
def test_a_reseller_files_for_azure_with_its_providers_access_by_the_documents_and_never_today(page):
    documents, today = page.part("azure-reseller").says("R26")
    assert documents.startswith("Yes, once its indirect provider has given it access")
    assert today.startswith("No,")


@pytest.mark.rules("R27")
def test_a_helpdesk_agent_cannot_file_for_azure_and_a_support_group_is_explained(page):
    agent, group = page.part("azure-helpdesk").says("R27")
    assert "cannot create Azure requests" in agent
    assert "set up a support group" in agent
    assert "security group" in group
    assert "Support Request Contributor" in group
    assert "neither a mailbox nor a group in Partner Center" in group


@pytest.mark.rules("R28", "R29")
def test_without_admin_rights_one_enters_azure_at_the_customers_domain_in_each_microsoft_cloud(page):
    answer = page.part("azure-no-rights")
    causes = one(answer.says("R28"))
    assert "not asked for" in causes
    assert "only the customer's Azure subscriptions" in causes
    addresses = {code.text: sentence_around(code) for code in answer.tagged("code")}
    assert list(addresses) == [
        "https://portal.azure.com/[customer's domain]",
        "https://portal.azure.us/[customer's domain]",
    ]
    assert [bool(sentence.called("unconfirmed")) for sentence in addresses.values()] == [False, True]


@pytest.mark.rules("R31", "R32", "R33", "R34")
def test_the_admin_centers_form_is_walked_from_the_menu_to_the_list(page):
    steps = [step.text for step in page.part("office365-form").tagged("li")]

    words = {
        "Support, then New service request": "R34",
        "category of your topic": "R31",
        "not the customer's, and choose Submit": "R32",
        "See all support tickets": "R33",
    }
    for step, (said, rule) in zip(steps, words.items(), strict=True):
        assert said in step
        assert step.endswith(rule)


@pytest.mark.rules("R35")
def test_dynamics_incidents_need_asfp_and_the_page_with_the_agreements_is_linked(page):
    answer = page.part("dynamics-agreement")
    assert "(ASfP) or higher" in answer.says("R35")[0]
    assert PLAN_OPTIONS.url in links_of(answer)


@pytest.mark.rules("R36", "R37")
def test_licensing_goes_to_dynamics_support_and_apps_today_to_the_power_platform(page):
    sentence = one(page.part("dynamics-support").says("R36"))
    assert all(word in sentence for word in ("licensing", "billing", "Finance & Operations", "technical help"))
    assert DYNAMICS_SUPPORT.url in links_of(page.part("dynamics-support"))
    assert "Power Platform admin center" in one(page.part("dynamics-portal").says("R37"))


@pytest.mark.rules("R38", "R39", "R40")
def test_a_marketplace_products_publisher_supports_it_and_its_page_names_the_ways(page):
    chapter = page.part("marketplace")
    assert "Microsoft gives no product support" in one(chapter.says("R38"))
    ways = chapter.says("R39")[1]
    assert all(way in ways for way in ("link", "e-mail", "phone"))
    duties = {line.tagged("dt")[0].text: line.tagged("dd")[0].text for line in chapter.part("duties").tagged("div")}
    assert "service levels" in duties["Publisher"]
    assert "billing" in duties["Partner"]
    assert "commerce system" in duties["Microsoft"]


@pytest.mark.rules("R7")
def test_21vianets_test_and_its_remediation_plan_are_stated(cloud_page):
    test, clause = cloud_page("china").part("china-test").says("R7")[:2]
    assert all(word in test for word in ("training", "documentation", "support tools"))
    assert "remediation plan" in clause


@pytest.mark.rules("R11", "R18", "R19", "R58")
def test_21vianets_path_leads_through_its_own_menu_into_the_customers_admin_center(cloud_page):
    steps = [step.text for step in cloud_page("china").part("china-filing").tagged("li")]

    own = [str(step) for step in CHINA.partner_center_steps]
    assert steps[:3] == [f"{own[0]} R11", f"{own[1]} R11", f"{own[2]} R18"]
    assert "admin center for Office 365 operated by 21Vianet" in steps[3]
    assert "Submit a service request" in steps[5]
    assert "contacts you directly" in steps[6]


@pytest.mark.rules("R59")
def test_the_duties_towards_21vianets_customers_are_listed(cloud_page):
    duties = " ".join(cloud_page("china").part("china-duties").says("R59"))
    for words in ("around the clock", "View service health", "billing dispute", "users in the Office 365 admin center"):
        assert words in duties


@pytest.mark.rules("R73")
@pytest.mark.parametrize("cloud", [GLOBAL, USGOV, CHINA], ids=lambda cloud: cloud.key)
def test_every_page_a_cloud_names_is_linked_and_marked_unless_it_is_confirmed(cloud_page, cloud):
    shown = [
        (link.tagged("a")[0].text.removesuffix("(leaves this desk)"), link.tagged("a")[0].attributes["href"], marked)
        for link in cloud_page(cloud.key).called("help-links")[-1].tagged("li")
        for marked in [bool(link.called("unconfirmed"))]
    ]

    assert cloud.links
    assert shown == [(str(link.label), link.url, not link.confirmed) for link in cloud.links]


def test_a_confirmed_page_is_not_marked(cloud_page):
    links = (
        Link(label="Confirmed", url="https://a.example/"),
        Link(label="Not", url="https://b.example/", confirmed=False),
    )

    found = links_of(cloud_page("global", clouds=("global",), cloud_overrides={"global": {"links": links}}))

    assert not found["https://a.example/"].called("unconfirmed")
    assert found["https://b.example/"].called("unconfirmed")


@pytest.mark.parametrize("cloud", [GLOBAL, USGOV, CHINA], ids=lambda cloud: cloud.key)
def test_every_portal_of_a_cloud_is_listed_and_marked_unless_it_is_confirmed(cloud_page, cloud: Cloud):
    lines = cloud_page(cloud.key).part("portals").tagged("dd")

    shown = [(line.tagged("code")[0].text, bool(line.called("unconfirmed"))) for line in lines]
    assert shown == [(portal.url, not portal.confirmed) for portal in cloud.portals.values()]


@pytest.mark.rules("R2")
def test_azures_status_page_is_offered_only_where_azure_is_sold(cloud_page):
    health = {cloud.key: links_of(cloud_page(cloud.key)) for cloud in (GLOBAL, CHINA)}

    assert GLOBAL.portals["azure_status"].url in health["global"]
    assert CHINA.portals["service_health"].url in health["china"]
    assert CHINA.portals["azure_status"].url not in health["china"]


def test_germany_is_closed_with_the_day_and_where_its_customers_went(cloud_page):
    germany = cloud_page("germany").text

    assert "has been closed since October 29, 2021" in germany
    assert str(GERMANY.moved_to) in germany
    assert "Products sold there" not in germany


def test_the_products_of_a_cloud_are_those_its_plugins_sell_there(cloud_page, help_page):
    usgov = cloud_page("usgov", plugins=("azure", "usgov"))
    page = help_page(plugins=("azure", "usgov"))

    assert "Products sold thereAzure" in usgov.text
    assert "Dynamics 365" not in usgov.text
    assert {"office365", "marketplace", "cloud-china"}.isdisjoint(page.anchors())
    assert "azure" in page.anchors()


def test_each_cloud_has_a_page_that_help_leads_to(page, cloud_page):
    clouds = {link.attributes["href"] for link in page.part("clouds").tagged("a")}

    assert clouds == {f"/help/clouds/{cloud.key}" for cloud in (GLOBAL, USGOV, GERMANY, CHINA)}
    for address in clouds:
        (head,) = cloud_page(address.rpartition("/")[2]).tagged("h1")
        assert head.text in page.part("clouds").text


@pytest.mark.parametrize("key", ["mars", "germany"])
def test_a_cloud_that_is_not_enabled_has_no_page(make_app, sign_in, key, demo_database, tmp_path):
    file = tmp_path / "copy.sqlite3"
    file.write_bytes(demo_database.read_bytes())
    client = make_app(database_url=f"sqlite:///{file}", clouds=("global",)).test_client()
    sign_in(client, "fabrikam-admin-agent")

    answer = client.get(f"/help/clouds/{key}")

    assert answer.status_code == 404
    assert f"No cloud is known by the name {key} here." in answer.text


def test_21vianets_answers_are_shown_only_where_its_cloud_is_enabled(help_page):
    with_it, without = help_page(), help_page(clouds=("global", "usgov"))

    assert "cloud-china" in with_it.anchors()
    assert "cloud-china" not in without.anchors()
    assert "21Vianet" not in without.text


def test_a_desk_for_china_alone_says_nothing_of_microsofts_programme(help_page):
    page = help_page(clouds=("china",))

    assert MICROSOFTS.isdisjoint(page.anchors())
    assert page.says("R42") == []
    assert len(page.part("times").tagged("table")) == 1


@pytest.mark.parametrize("path", ["/help", "/help/clouds/global", "/help/clouds/china"])
def test_the_page_is_whole_in_every_language(path, make_app, demo_database, sign_in, tmp_path):
    file = tmp_path / "languages.sqlite3"
    file.write_bytes(demo_database.read_bytes())
    client = make_app(database_url=f"sqlite:///{file}").test_client()
    sign_in(client, "fabrikam-admin-agent")
    english = Tree(client.get(path).text).root.part("main")

    for language in ("zh-CN", "zh-TW", "ru", "sv", "de"):
        read = Tree(client.get(path, headers={"Accept-Language": language}).text).root.part("main")
        assert read.anchors() == english.anchors()
        assert [mark.text for mark in read.called("rules")] == [mark.text for mark in english.called("rules")]
