"""``onbehalf partner``: who may use this desk; nobody registers themselves."""

from __future__ import annotations

import click

from webapp import enrolments
from webapp.app import utc_now
from webapp.commands.db import opened
from webapp.config import load_settings
from webapp.i18n import _
from webapp.plugins.loading import load
from webapp.tables_fit import refuse_unfit


@click.group()
def partner() -> None:
    """Look after the partners of this desk."""


@partner.command()
@click.argument("name")
@click.option("--kind", required=True, help=f"One of: {', '.join(enrolments.KINDS)}.")
@click.option("--cloud", required=True, help="Key of an enabled cloud.")
@click.option("--tenant", required=True, help="Id of the partner's own tenant in that cloud.")
@click.option("--domain", default="", help="Domain of that tenant.")
@click.option("--country", default="", help="Two letters; public holidays depend on it.")
@click.option("--time-zone", default="", help="IANA name; UTC unless given.")
def add(*, name: str, kind: str, cloud: str, tenant: str, domain: str, country: str, time_zone: str) -> None:
    """Admit a partner, or a known one in another cloud.

    From then on, whoever signs in through CLOUD with an account of TENANT and a role becomes a member of NAME.
    """
    settings = load_settings()
    clouds = load(settings).clouds
    candidate = enrolments.Candidate(name, kind, cloud, tenant, domain, country, time_zone)
    with opened(settings) as database:
        refuse_unfit(database)
        with database.writing() as session:
            admitted, enrolment = enrolments.admit(session, candidate, tuple(clouds), now=utc_now())
    click.echo(
        _(
            "%(partner)s is admitted in %(cloud)s with tenant %(tenant)s.",
            partner=admitted.name,
            cloud=enrolment.cloud,
            tenant=enrolment.tenant_id,
        )
    )
    if cloud not in settings.sign_in:
        click.echo(_("Its members cannot sign in yet: ONBEHALF_SIGN_IN names no client for %(cloud)s.", cloud=cloud))
