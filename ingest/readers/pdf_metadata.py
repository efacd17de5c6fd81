"""What a PDF says of itself: the XMP packet and the information dictionary, what programs left there aside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from ingest.readers.metadata import known_fields

MAX_PACKET = 1 << 20
PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta>", re.DOTALL)
# Entities are how XML grows without bound; no packet needs them.
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
DC = "{http://purl.org/dc/elements/1.1/}"
PRISM = tuple(f"{{http://prismstandard.org/namespaces/basic/{version}/}}" for version in ("2.0", "2.1", "3.0"))
NOT_A_TITLE = re.compile(
    r"^(untitled.*|\W*(title|none|null|anonymous|unknown|unnamed|unspecified|no title)\W*"
    r"|document\s*\d*|slide\s*\d*|layout\s*\d*|presentation\s*\d*|powerpoint presentation"
    r"|microsoft \w+ - .*|\S*[/\\].*|.*\.(docx?|rtf|odt|indd|qxd|qxp|pmd|tex|dvi|pptx?|xlsx?|pdf|wpd|fm|p65|html?|txt)"
    r"|[\W\d_]*)$",
    re.IGNORECASE,
)
NOT_AN_AUTHOR = re.compile(
    r"^\W*(anonymous|unknown|unspecified|author|user|guest|admin(istrator)?|owner|none|null)?\W*\d*\W*$", re.IGNORECASE
)


def metadata_of(data: bytes, information: Mapping[str, str]) -> dict[str, str]:
    """Title, author, publisher and date of publication where the file states them; nothing is guessed.

    `information` is the document information dictionary. When a file was made is not when it was published.
    """
    stated = {"title": information.get("Title", ""), "author": information.get("Author", "")}
    found = known_fields({**stated, **{key: value for key, value in _packet(data).items() if value}})
    for key, junk in (("title", NOT_A_TITLE), ("author", NOT_AN_AUTHOR)):
        if junk.match(found.get(key, "")):
            found.pop(key, None)
            plain = known_fields({key: stated[key]}).get(key, "")
            if plain and not junk.match(plain):
                found[key] = plain
    return found


def _packet(data: bytes) -> dict[str, str]:
    """The fields of the XMP packet, if there is exactly one: pictures bring packets of their own."""
    packets = [found for found in PACKET.findall(data) if DC.strip("{}").encode() in found]
    if len(packets) != 1 or len(packets[0]) > MAX_PACKET or DECLARATION.search(packets[0]):
        return {}
    try:
        root = ElementTree.fromstring(packets[0])  # noqa: S314 - no declarations, so no entities
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    return {
        "title": _text(root, f"{DC}title"),
        "author": _text(root, f"{DC}creator"),
        "publisher": _text(root, f"{DC}publisher"),
        "published": next((date for prism in PRISM if (date := _text(root, f"{prism}publicationDate"))), ""),
    }


def _text(root: ElementTree.Element, tag: str) -> str:
    """The values of the first element of that name, joined by commas; of translations the first."""
    element = next(root.iter(tag), None)
    if element is None:
        return ""
    items = [item.strip() for item in element.itertext() if item.strip()]
    translated = any(child.tag.endswith("}Alt") for child in element)
    return items[0] if translated and items else ", ".join(items)
