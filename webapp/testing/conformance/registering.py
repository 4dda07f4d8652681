"""What a plugin registers, beside its manifest and beside the other plugins that are installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from webapp.contracts.products import Product
from webapp.contracts_held import PLANS
from webapp.plugins.manifest import Manifest
from webapp.plugins.manifest_kept import differences
from webapp.testing.conformance.subject import Subject

Problems = Iterator[str]


def keys_of_its_own(subject: Subject) -> Problems:
    """Own no product that another installed plugin owns in the same cloud."""
    told = subject.installed.manifest
    mine = {(cloud, key) for cloud in told.sold_in for key in told.products} if told else set()
    for other in subject.plugins.found.values():
        theirs = other.manifest if other.name != subject.name else None
        if theirs is None:
            continue
        shared = (mine | set(subject.owned)) & {(cloud, key) for cloud in theirs.sold_in for key in theirs.products}
        for key in sorted({key for _cloud, key in shared}):
            yield f"{key} is also the {other.name} plugin's; a desk with both does not start; choose another key"


def manifest(subject: Subject) -> Problems:
    """Bring a manifest that says what is registered."""
    told = subject.installed.manifest
    if told is None:
        yield "there is no onbehalf-plugin.toml in its top package; docs/plugin-api.md has the fields"
        return
    if unknown := sorted(set(told.sold_in) - set(subject.plugins.clouds)):
        yield f"sold_in names {unknown}: install the plugins that bring these clouds, or take them out"
    for one in differences(subject.plugins, subject.name, told):
        yield f"{one.field} says {list(one.said)}, and it registers {list(one.done)}"
    yield from _not_sold(subject, told)


def _not_sold(subject: Subject, told: Manifest) -> Problems:
    """Say which products were registered and dropped although they are meant to be sold."""
    running = {key for _cloud, key in subject.owned}
    for cloud in subject.plugins.clouds.values():
        offered = subject.plugins.guard.many(subject.name, "register_products", Product, cloud=cloud)
        for key in (product.key for product in offered if (cloud.key, product.key) not in subject.owned):
            if key not in running or cloud.key in told.sold_in:
                yield (
                    f"it registers {key} in {cloud.key}, which does not sell it (it sells {sorted(cloud.products)}), "
                    f"so it is dropped: set third_party=True if the vendor is another one, "
                    f"or ask the keeper of the cloud to list it"
                )


def plans(subject: Subject) -> Problems:
    """Name in the manifest the support contracts that it asks for, and no other."""
    told = set(subject.installed.manifest.plans) if subject.installed.manifest else set()
    assert subject.ran is not None  # it has been at work
    asked = subject.watch.plans | _promised(subject)
    for plan in sorted(told - asked - _written(subject)):
        yield f"plans names {plan!r}, which was asked for in no situation; it asked for {sorted(asked)}"
    for plan in sorted(asked - told - set(PLANS)):
        yield f"it asks for the plan {plan!r}, which plans in the manifest does not name"


def _promised(subject: Subject) -> set[str]:
    """Return the plans that the tables of its products promise something to."""
    tables = [table for product in subject.owned.values() for table in product.responses]
    targets = [target for table in tables for target in table.targets.values()]
    return {plan for table in tables for plan in table.plans} | {plan for target in targets for plan in target.plans}


def _written(subject: Subject) -> set[str]:
    """Return every word in its code: a plan that is looked for among the partner's contracts is named there."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in subject.files)
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
