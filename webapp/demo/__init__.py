"""The example data of ``onbehalf demo``: a cast, what it filed in the last three months, and what it has begun."""

from __future__ import annotations

from sqlmodel import Session, select

from webapp.demo import cast, history, texts, unfinished
from webapp.deployment import Deployment
from webapp.tables.partners import Partner


def load(session: Session, deployment: Deployment) -> bool:
    """Load the example data into an empty database, and say whether it did; needs an application context.

    A database that holds a partner is left as it is, so that a second start finds what the first one made.
    """
    if session.exec(select(Partner.id).limit(1)).first() is not None:
        return False
    now = deployment.now()
    cast.load(session, now)
    texts.load(session)
    history.load(session, deployment, now)
    unfinished.load(session, deployment, now)
    return True
