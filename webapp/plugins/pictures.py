"""A plugin's own icon: ``icon.svg`` in its package, shown only if it is a picture and nothing else."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree  # nosec B405  # what declares an entity or a document type is refused before

from webapp.plugins.beside import beside
from webapp.plugins.finding import Installed

log = logging.getLogger("onbehalf.plugins")
FILE = "icon.svg"
LARGEST = 16 * 1024
SPACE = "{http://www.w3.org/2000/svg}"
# What an icon may hold: shapes and colours; nothing that runs, styles, animates or fetches.
_WORD = re.compile(r"[\w-]+")
ELEMENTS = frozenset(
    _WORD.findall("svg g defs title desc path circle ellipse rect line polyline polygon")
    + _WORD.findall("linearGradient radialGradient stop clipPath")
)
ATTRIBUTES = frozenset(
    _WORD.findall("id viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform opacity")
    + _WORD.findall("fill fill-rule fill-opacity stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin")
    + _WORD.findall("stroke-dasharray stroke-miterlimit offset stop-color stop-opacity gradientUnits spreadMethod")
    + _WORD.findall("gradientTransform clip-path clip-rule clipPathUnits preserveAspectRatio")
    + _WORD.findall("version role aria-hidden aria-label")
)
DECLARED = re.compile(r"""^<\?xml version=["']1\.0["']( encoding=["']utf-8["'])?\s*\?>""", flags=re.IGNORECASE)
INSIDE = re.compile(r"url\(#[\w-]+\)")


def of(plugin: Installed) -> bytes | None:
    """Return the plugin's icon, or ``None`` if it brings none that is fit to be shown."""
    file = beside(plugin, FILE)
    return _shown(file) if file else None


def faults(file: Path) -> Iterator[str]:
    """Yield what keeps a file from being shown as an icon."""
    content = file.read_bytes()
    if len(content) > LARGEST:
        yield f"it is larger than {LARGEST} bytes"
        return
    try:
        text = DECLARED.sub("", content.decode("utf-8"))
        if re.search(r"<[!?](?!--)", text):
            yield "it holds a document type, an entity or an instruction; begin with <svg"
            return
        root = ElementTree.fromstring(text)  # noqa: S314  # nosec B314  # small and without entities, as seen above
    except (ElementTree.ParseError, ValueError) as error:
        yield f"it is not well formed: {error}"
        return
    if root.tag != SPACE + "svg":
        yield 'its outermost element is not <svg xmlns="http://www.w3.org/2000/svg">'
    if not re.fullmatch(r"[-\d. ]+", root.get("viewBox", "")):
        yield "it has no viewBox, so it cannot be shown in another size"
    for element in root.iter():
        yield from _faults_of(element)


def _faults_of(element: ElementTree.Element) -> Iterator[str]:
    name = str(element.tag).removeprefix(SPACE)
    if name not in ELEMENTS:
        yield f"<{name.rpartition('}')[2]}> is no shape"
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES:
            yield f"{attribute.rpartition('}')[2]} of <{name.rpartition('}')[2]}> is not one that a picture needs"
        elif re.search(r"[\\@:]|url\(|//", INSIDE.sub("", value), flags=re.IGNORECASE):
            yield f"{attribute} of <{name}> points outside of the picture"


@cache
def _shown(file: Path) -> bytes | None:
    try:
        found = list(faults(file))
        if not found:
            return file.read_bytes()
    except OSError as error:
        found = [str(error)]
    log.warning("icon not shown: %s: %s", file, "; ".join(found))  # the conformance kit says the same to its author
    return None
