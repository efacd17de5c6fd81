"""What a page says of itself: meta elements, Dublin Core, citation tags, JSON-LD. The rest stays unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from ingest.readers.metadata import as_name, as_title, known_fields, resembles_audience
from ingest.readers.web.rules import text_of

# Names of meta elements by field, the most deliberate first.
META = {
    "title": ("citation_title", "dc.title", "dcterms.title", "og:title"),
    "publisher": ("citation_publisher", "dc.publisher", "dcterms.publisher", "og:site_name"),
    "author": ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author"),
    "published": (
        "citation_publication_date", "citation_date", "dcterms.issued", "dc.date.issued", "article:published_time",
        "dc.date", "dcterms.date", "date",
    ),
    "url": ("og:url", "citation_public_url"),
}  # fmt: skip
LINKED = {"title": "headline", "publisher": "publisher", "author": "author", "published": "datePublished", "url": "url"}
DOCUMENTS = ("article", "report", "webpage", "legislation", "document", "book", "creativework", "posting")
SEPARATORS = (" | ", " - ", " – ", " — ", " :: ")
VOCABULARY = re.compile(r"[.:]")
MAX_LINKED = 1_000_000


def page_metadata(root: etree._Element) -> dict[str, str]:
    """The fields a page states, by name."""
    metas = _metas(root)
    linked = _linked(root)
    stated: dict[str, Any] = {}
    for field, names in META.items():
        values = next((metas[name] for name in names if name in metas), [])
        if field == "author":
            values = [", ".join(dict.fromkeys(value for value in values if "://" not in value))]
        stated[field] = (values and values[0]) or linked.get(field)
    stated["title"] = as_title(stated["title"]) or _title(root)
    stated["url"] = _canonical(root) or stated["url"]
    return known_fields({**stated, **_audience(root)})


def _audience(root: etree._Element) -> dict[str, object]:
    """What the page says under `audience` and near spellings; those of a vocabulary (`dcterms.audience`) say whom a
    text is written for. Not a plain value when it says two things.
    """
    found: dict[str, list[str]] = {}
    for element in root.iter("{*}meta"):
        name = as_name(element.get("name") or element.get("property") or "")
        if resembles_audience(name) and not VOCABULARY.search(name):
            found.setdefault(name, []).append((element.get("content") or "").strip())
    return {name: values[0] if len(set(values)) == 1 else values for name, values in found.items()}


def _metas(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("{*}meta"):
        name = element.get("name") or element.get("property") or ""
        content = (element.get("content") or "").strip()
        if content:
            found.setdefault(name.lower(), []).append(content)
    return found


def _title(root: etree._Element) -> str | None:
    """The title element; the first heading alone where the site's name was put behind it."""
    title, heading = (_first(root, name) for name in ("title", "h1"))
    if heading and any(title.startswith(heading + separator) for separator in SEPARATORS):
        return as_title(heading)
    return as_title(title)


def _first(root: etree._Element, name: str) -> str:
    """The text of the first element of that name, on one line."""
    return " ".join(next((text_of(element) for element in root.iter(f"{{*}}{name}")), "").split())


def _canonical(root: etree._Element) -> str | None:
    for element in root.iter("{*}link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            href = (element.get("href") or "").strip()
            return href if href.startswith(("https://", "http://")) else None
    return None


def _linked(root: etree._Element) -> dict[str, str]:
    """The fields of the first JSON-LD object that describes a document."""
    for element in root.iter("{*}script"):
        if (element.get("type") or "").lower() != "application/ld+json":
            continue
        text = text_of(element)
        try:
            data = json.loads(text) if len(text) <= MAX_LINKED else None
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            kinds = item.get("@type")
            named = " ".join(map(str, kinds if isinstance(kinds, list) else [kinds])).lower()
            if any(kind in named for kind in DOCUMENTS):
                return {field: said for field, key in LINKED.items() if (said := _name(item.get(key)))}
    return {}


def _items(data: object) -> Iterator[Mapping[str, Any]]:
    candidates = data if isinstance(data, list) else [data]
    for item in candidates:
        if isinstance(item, dict):
            graph = item.get("@graph")
            yield from (
                inner for inner in [item, *(graph if isinstance(graph, list) else ())] if isinstance(inner, dict)
            )


def _name(value: object) -> str | None:
    """The plain text of a value: itself, its name, or the names of its parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        named = value.get("name")
        return named if isinstance(named, str) else None
    if isinstance(value, list):
        names = (_name(item) for item in value if not isinstance(item, list))
        return ", ".join(dict.fromkeys(filter(None, names))) or None
    return None
