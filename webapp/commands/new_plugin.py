"""``onbehalf new-plugin``: a complete distribution to start from."""

from __future__ import annotations

from pathlib import Path

import click

from webapp import new_plugin as scaffold
from webapp.i18n import _, ngettext


@click.command("new-plugin")
@click.argument("name")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Folder to write it into; onbehalf-NAME unless given."
)
def new_plugin(*, name: str, folder: Path | None) -> None:
    """Write a plugin: project file, manifest, hooks, translations, tests. Needs no network, secret or database."""
    target = folder or Path(f"onbehalf-{name}")
    written = scaffold.write(name, target)
    click.echo(
        ngettext("%(num)s file in %(folder)s.", "%(num)s files in %(folder)s.", len(written), folder=str(target))
    )
    click.echo(
        _(
            "Next: install it (pip install -e %(folder)s), then onbehalf check-plugin %(name)s.",
            folder=str(target),
            name=name,
        )
    )
