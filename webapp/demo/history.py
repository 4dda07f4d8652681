"""What the cast filed in the last three months, by the same functions that a reader's clicks call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, select

from webapp import entitlements, filing, partners, request_files, service_requests, situations
from webapp.contracts.handover import Contact, Draft
from webapp.contracts.products import Product, Question
from webapp.contracts.situation import Situation
from webapp.demo import problems, stories
from webapp.demo.problems import Problem
from webapp.demo.stories import Story
from webapp.deployment import Deployment
from webapp.permissions import Viewer, customers_of
from webapp.situations import Parties
from webapp.tables.customers import Customer
from webapp.tables.requests import ServiceRequest

SEED = 20180214
SPOKEN = {"Fabrikam": {"en", "sv", "ru", "zh_Hans_CN"}, "蓝天云": {"zh_Hans_CN"}, "Trey": {"en", "de"}}
"""The languages in which a partner's people write; the others' write English."""

OFTEN = {"Contoso": 4, "海信贸易": 4, "Litware Federal": 3, "Litware": 2}
"""Customers for whom more is filed than for the others, and how many times more."""


@dataclass(frozen=True)
class Case:
    """Something a member may file: for this customer, about this product."""

    viewer: Viewer
    customer: Customer
    who: Parties
    product: Product
    subscription_id: str


class Narrator:
    """Tells stories one after the other, with every choice drawn from one seeded generator."""

    def __init__(self, session: Session, deployment: Deployment, now: datetime) -> None:
        self.session = session
        self.deployment = deployment
        self.now = now
        self.rng = Random(SEED)  # nosec B311  # example data is the same each time, and secret to nobody
        self.phrases = problems.read()
        self.viewers = {key: _viewer(session, key) for key in stories.FILERS}
        self.cases = {key: list(_cases(session, deployment, viewer)) for key, viewer in self.viewers.items()}
        self.told: list[tuple[str, str]] = []

    def tell_all(self) -> None:
        """Tell every story, the oldest first, but none of a member who may file nothing under the rules in force."""
        zones = {key: viewer.member.time_zone for key, viewer in self.viewers.items()}
        for number, story in enumerate(stories.all_of(self.rng, self.now, zones)):
            if fitting := self._fitting(story):
                case = self.rng.choice(fitting)
                self._go_on(story, case.viewer, self._prepared(story, case, f"demo-{number}"))

    def _fitting(self, story: Story) -> list[Case]:
        """Where the clock shall run, the vendor must have promised an answer; Microsoft's is within hours."""
        cases = self.cases[story.filer]
        promised = [case for case in cases if case.product.severities]
        within_hours = [case for case in promised if case.who.cloud.operator == "Microsoft"]
        return (within_hours or promised) if story.severity else cases

    def _prepared(self, story: Story, case: Case, request_key: str) -> ServiceRequest:
        problem = self._problem(story, case)
        at = self._at(story.prepared_at)
        situation = _situation(at, case, problem, self._severity(story, case, problem), self._tried(problem))
        member = case.viewer.member
        contact = Contact(name=member.name, email=member.email, phone=member.phone)
        draft = Draft(situation=situation, contact=contact, title=problem.title, description=problem.description)
        return filing.prepare(
            self.session, at, case.viewer, case.customer, draft, request_key=request_key, files=self._files(problem)
        )

    def _files(self, problem: Problem) -> list[dict[str, Any]]:
        """Return the files that go along with every third request."""
        lines = self.phrases.files[problem.language] if len(self.told) % 3 == 1 else ()
        return request_files.of_lines("\n".join(lines))

    def _problem(self, story: Story, case: Case) -> Problem:
        """Return a problem of the product that fits: where the clock shall run, break-fix and in English."""
        spoken = SPOKEN.get(case.viewer.partner.name, {"en"})
        clock_runs = story.severity and case.who.cloud.operator == "Microsoft"
        fitting = [
            problem
            for problem in self.phrases.problems[case.product.key]
            if problem.language in spoken
            and (not story.severity or problem.category == "break_fix")
            and (not clock_runs or problem.language == "en")
        ]
        return self._least_told(fitting, case)

    def _least_told(self, fitting: list[Problem], case: Case) -> Problem:
        """Return the problem that this customer had least often, and of these the one told least and longest ago."""
        heard = [title for customer, title in self.told if customer == case.customer.name]
        titles = [title for _customer, title in self.told]
        last = {title: number for number, title in enumerate(titles)}
        found = min(fitting, key=lambda one: (heard.count(one.title), titles.count(one.title), last.get(one.title, -1)))
        self.told.append((case.customer.name, found.title))
        return found

    def _severity(self, story: Story, case: Case, problem: Problem) -> str:
        if not case.product.severities or problem.category != "break_fix":
            return case.product.severities[-1] if case.product.severities else ""
        return story.severity or self.rng.choices(("A", "B", "C"), (15, 55, 30))[0]

    def _tried(self, problem: Problem) -> str:
        return self.rng.choice(self.phrases.tried[problem.language])

    def _at(self, moment: datetime) -> Deployment:
        """Return the deployment as it was at ``moment``, which is never after the present."""
        return replace(self.deployment, clock=lambda: min(moment, self.now))

    def _go_on(self, story: Story, viewer: Viewer, request: ServiceRequest) -> None:
        """Bring the request as far as the story goes."""
        moment = story.prepared_at + timedelta(minutes=self.rng.randrange(2, 6))
        if story.state == "solved":
            self._solve(viewer, request, moment)
        elif story.state != "ready":
            service_requests.open_door(self.session, self._at(moment), viewer, request)
        if story.state in {"filed", "answered", "closed"}:
            self._file(story, viewer, request, story.prepared_at + timedelta(minutes=10))

    def _solve(self, viewer: Viewer, request: ServiceRequest, moment: datetime) -> None:
        if self.rng.random() < 0.5:
            service_requests.open_door(self.session, self._at(moment), viewer, request)
        moment += timedelta(minutes=self.rng.randrange(30, 1200))
        self._note(viewer, request, moment, "solved")
        service_requests.change_state(self.session, self._at(moment), viewer, request, "solved")

    def _file(self, story: Story, viewer: Viewer, request: ServiceRequest, moment: datetime) -> None:
        number = _ticket_number(self.rng, request, moment)
        service_requests.record_ticket(self.session, self._at(moment), viewer, request, number, moment)
        if self.rng.random() < 0.4:
            self._note(viewer, request, moment + timedelta(minutes=self.rng.randrange(5, 20)), "waiting")
        if story.state != "filed":
            self._answer(story, viewer, request, moment)

    def _answer(self, story: Story, viewer: Viewer, request: ServiceRequest, filed_at: datetime) -> None:
        """Let the vendor answer, mostly in time, and close what the story closes."""
        owed = request.due_at - filed_at if request.due_at else timedelta(hours=6)
        moment = filed_at + owed * self.rng.uniform(0.2, 1.1)
        service_requests.change_state(self.session, self._at(moment), viewer, request, "answered")
        if self.rng.random() < 0.5:
            self._note(viewer, request, moment + timedelta(minutes=self.rng.randrange(3, 90)), "answered")
        if story.state == "closed":
            moment += timedelta(hours=self.rng.randrange(2, 70))
            service_requests.change_state(self.session, self._at(moment), viewer, request, "closed")

    def _note(self, viewer: Viewer, request: ServiceRequest, moment: datetime, phase: str) -> None:
        text = self.rng.choice(self.phrases.notes[phase])
        service_requests.add_note(self.session, self._at(moment), viewer, request, text)


def load(session: Session, deployment: Deployment, now: datetime) -> None:
    """Let the cast file its requests, ``now`` being the present; needs an application context.

    The same generator draws everything, so that two demos started at one moment differ only in their references.
    """
    Narrator(session, deployment, now).tell_all()


def _viewer(session: Session, key: str) -> Viewer:
    viewer = partners.viewer_of(session, partners.member_by_key(session, key).id or 0)
    assert viewer is not None  # noqa: S101  # nosec B101  # the member was found the moment before; this tells the type checker
    return viewer


def _cases(session: Session, deployment: Deployment, viewer: Viewer) -> Iterator[Case]:
    """Yield what ``viewer`` may file, judged by the enabled plugins; a customer named in ``OFTEN`` comes repeatedly."""
    for customer in session.exec(select(Customer).where(customers_of(viewer)).order_by("id")).all():
        if customer.cloud not in deployment.plugins.clouds:
            continue
        who = situations.parties(session, deployment, viewer, customer)
        for product in deployment.plugins.products_in(customer.cloud):
            bought = [s for s in who.customer.subscriptions if s.product == product.key and s.status == "active"]
            if bought:
                case = Case(viewer, customer, who, product, bought[0].id)
                if _allowed(deployment, case):
                    yield from [case] * OFTEN.get(customer.name, 1)


def _allowed(deployment: Deployment, case: Case) -> bool:
    situation = _situation(deployment, case, Problem("", ""), "", "-")
    return entitlements.check(deployment, situation).outcome in {"allowed", "warned"}


def _situation(deployment: Deployment, case: Case, problem: Problem, severity: str, tried: str) -> Situation:
    asked = case.product.questions_for(problem.category)
    answers = {q.key: _answer_to(q, problem, tried, deployment.now()) for q in asked if q.kind != "subscription"}
    return situations.situation(
        deployment,
        case.who,
        case.product,
        category=problem.category,
        severity=severity,
        language=problem.language,
        subscription_id=case.subscription_id,
        answers=answers,
    )


def _answer_to(question: Question, problem: Problem, tried: str, now: datetime) -> str:
    """Answer as somebody does for whom all is in order: a question's first choice is the ordinary one."""
    if question.kind == "choice":
        return question.choices[0].key
    if question.kind == "confirm":
        return "yes"
    if question.kind == "moment":
        return (now - timedelta(hours=3)).isoformat()
    return tried if question.kind == "text" else problem.topic or problem.title


def _ticket_number(rng: Random, request: ServiceRequest, moment: datetime) -> str:
    """Return a number of the vendor's usual shape, which is the day and a running number."""
    digits = rng.randrange(10**8, 10**9)
    return f"{moment:%y%m%d}{digits}" if request.ticket_shape else f"CS-{digits % 10**6:06}"
