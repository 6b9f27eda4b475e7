"""Reads the annotations of the AMI corpus, which are XML of the NITE XML Toolkit (NXT).

Each layer of each person is a file of its own, `<layer>/<meeting>.<agent>.<what>.xml`. Layers above
the words point at them by their ids; types are ids of an ontology, `ontologies/<name>.xml`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from vico_listener.lab.dataset.corpora.recordings import Interval
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError

NITE = '{http://nite.sourceforge.net/}'
BACKCHANNEL = 'bck'
"""The name of the dialogue act in `da-types.xml`."""
_ID = re.compile(r'id\(([^)]+)\)')

Files = Mapping[str, Path]
"""All files of the corpus by their names."""


def read_xml(path: Path) -> ElementTree.Element:
    """Return the root of a file.

    Raises:
        LayoutError: it cannot be read, or is no XML.
    """
    try:
        return ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise LayoutError(f'{path.name} cannot be read: {error}') from None


def interval_of(element: ElementTree.Element) -> Interval | None:
    """Return the times of an element, None where it has none or they are in the wrong order."""
    times = [element.get(name) or element.get(NITE + name) for name in ('starttime', 'endtime')]
    try:
        start, end = (float(time or 'nan') for time in times)
    except ValueError:
        return None
    return (start, end) if 0 <= start < end else None


def read_words(path: Path) -> tuple[dict[str, Interval], list[str]]:
    """Return the times of a person's words by their ids, and all ids of the file in order.

    Punctuation, laughter and gaps have ids, at which other layers point, and are no words.

    Raises:
        LayoutError: the file cannot be read.
    """
    words, order = {}, []
    for element in read_xml(path):
        name = element.get(f'{NITE}id', '')
        order.append(name)
        times = interval_of(element)
        if element.tag == 'w' and element.get('punc') != 'true' and times is not None:
            words[name] = times
    return words, order


def pointed_at(element: ElementTree.Element, order: list[str]) -> list[str]:
    """Return the ids at which an element's children point: one, or a range of `order`."""
    places = {name: number for number, name in enumerate(order)}
    found = []
    for child in element.iter(f'{NITE}child'):
        ends = [places[name] for name in _ID.findall(child.get('href', '')) if name in places]
        if ends:
            found += order[min(ends) : max(ends) + 1]
    return found


def read_types(files: Files, ontology: str) -> dict[str, str]:
    """Return the names of the types in an ontology by their ids; empty when there is no such file.

    Raises:
        LayoutError: the file cannot be read.
    """
    path = files.get(ontology)
    if path is None:
        return {}
    return {
        element.get(f'{NITE}id', ''): element.get('name') or element.get('gloss') or ''
        for element in read_xml(path).iter()
    }


def type_of(element: ElementTree.Element, files: Files, known: dict[str, dict[str, str]]) -> str:
    """Return the name of the type of an annotation: that which it points at, or its attribute.

    Args:
        element: the annotation.
        files: all files, among which its ontology is.
        known: the ontologies that were read already; others are added.

    Raises:
        LayoutError: the ontology cannot be read.
    """
    for pointer in element.iter(f'{NITE}pointer'):
        ontology, _, rest = pointer.get('href', '').partition('#')
        name = _ID.search(rest)
        if name is None:
            continue
        if ontology not in known:
            known[ontology] = read_types(files, ontology)
        return known[ontology].get(name[1]) or name[1]
    return element.get('type') or element.get('form') or element.tag.removeprefix(NITE)
