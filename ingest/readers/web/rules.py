"""What of a page is its text: which element is the main one, and which are left out for what reason."""

from __future__ import annotations

import re

from lxml import etree

from ingest.readers.web.tree import local_name

TAGS_LEFT_OUT = {
    "script": "script", "style": "style", "noscript": "script", "template": "template", "nav": "navigation",
    "aside": "aside", "dialog": "dialog", "menu": "navigation", "svg": "graphic", "canvas": "graphic",
    "iframe": "embedded page", "object": "embedded object", "audio": "embedded object", "video": "embedded object",
    "button": "form", "select": "form", "textarea": "form", "datalist": "form", "label": "form", "legend": "form",
    "rt": "ruby", "rp": "ruby", "del": "deleted", "s": "deleted", "strike": "deleted", "title": "title",
    "noframes": "script", "noembed": "script",
}  # fmt: skip
ROLES_LEFT_OUT = {
    "navigation": "navigation", "banner": "page header", "contentinfo": "page footer", "complementary": "aside",
    "search": "form", "dialog": "dialog", "alertdialog": "dialog", "menu": "navigation", "menubar": "navigation",
    "toolbar": "navigation",
}  # fmt: skip
# "consent" alone is a word of the law of armed conflict.
COOKIES = re.compile(
    r"cookie|gdpr|onetrust|consent[-_]?(?:banner|bar|box|manager|modal|notice|overlay|popup)", re.IGNORECASE
)
BANNERS = frozenset({"div", "section", "form", "p"})
UNSEEN = re.compile(
    r"(?<![\w-])(?:sr-only|visually-?hidden|screen-reader-text|skip-?(?:to-?)?(?:link|nav|main|content))(?![\w-])",
    re.IGNORECASE,
)
BACK_LINK = re.compile(r"(?<![\w-])(?:footnote-back(?:ref|link)?|reversefootnote|mw-cite-backlink)(?![\w-])")
NOTES = re.compile(r"(?<![\w-])(?:footnotes?|endnotes?|footnote-(?:text|list|body)|references|reflist)(?![\w-])", re.I)
# What a link in the text leads to where nothing else says so: id="fn1", "_ftn2", "footnote-3".
NOTE_ID = re.compile(r"_?(?:f(?:oot)?n(?:ote)?|ftn|edn|e(?:nd)?n(?:ote)?)[-_:.]?\d{1,4}", re.IGNORECASE)
NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "doc-endnotes", "footnote", "endnote", "footnotes", "endnotes"})
REFERENCE_ROLES = frozenset({"doc-noteref", "noteref"})
QUOTED_REPLY = re.compile(r"(?<![\w-])(?:gmail_quote|moz-cite-prefix|yahoo_quoted|divRplyFwdMsg)(?![\w-])")
# A main element with less of the page than this is a shell that a script would have filled.
MAIN_SHARE, MAIN_CHARACTERS, BANNER_CHARACTERS = 0.25, 200, 3000
ARTICLE_SHARE = 0.5


def main_element(body: etree._Element) -> etree._Element:
    """`main`, or the one `article`, where it holds the text of the page; else the body."""
    whole = _length(body)
    for element in body.iter():
        is_main = local_name(element) == "main" or "main" in _roles(element)
        if is_main and not is_hidden(element) and _length(element) >= min(MAIN_CHARACTERS, MAIN_SHARE * whole):
            return element
    articles = [element for element in body.iter() if local_name(element) == "article" and not _within_article(element)]
    if len(articles) == 1 and _length(articles[0]) >= ARTICLE_SHARE * whole:
        return articles[0]
    return body


def why_left_out(element: etree._Element, titles: int = 0) -> str | None:
    """The reason to leave an element out with all it holds; None to go into it. `titles`: how many h1 the page has."""
    name = local_name(element)
    if not name:
        return "comment"
    if name in ("html", "body", "main", "article"):
        return None
    if not element.attrib:  # most elements: only the name can tell
        return TAGS_LEFT_OUT.get(name) or _why_by_what_it_holds(element, name, titles)
    if is_hidden(element) or UNSEEN.search(_names(element)):
        return "hidden"
    if is_note(element):
        return None
    reason = TAGS_LEFT_OUT.get(name) or next((ROLES_LEFT_OUT[r] for r in _roles(element) if r in ROLES_LEFT_OUT), None)
    return reason or _why_by_what_it_holds(element, name, titles)


def is_note(element: etree._Element) -> bool:
    """Whether an element holds footnotes or endnotes."""
    if not element.attrib:
        return False
    if NOTE_ROLES & _roles(element):
        return True
    name = local_name(element)
    if name in ("p", "li", "div", "aside", "dd") and NOTE_ID.fullmatch(element.get("id") or ""):
        return True
    return name in ("section", "div", "ol", "ul", "aside", "footer") and bool(NOTES.search(_names(element)))


def is_reference(element: etree._Element) -> bool:
    """Whether an element only points to a note, or back from one."""
    name = local_name(element)
    if name != "sup" and not element.attrib:
        return False
    if REFERENCE_ROLES & _roles(element) or "doc-backlink" in _roles(element) or BACK_LINK.search(_names(element)):
        return True
    return name == "sup" and any((a.get("href") or "").startswith("#") for a in element.iter() if local_name(a) == "a")


def is_quoted_reply(element: etree._Element) -> bool:
    """Whether a mail program put an element there to repeat the mail that is answered."""
    return (element.get("type") or "").lower() == "cite" or bool(QUOTED_REPLY.search(_names(element)))


def count_titles(element: etree._Element) -> int:
    """How many headings of the first level an element holds."""
    return sum(1 for _ in element.iter("{*}h1"))


def text_of(element: etree._Element) -> str:
    """All text below an element, shown or not; that of a comment is its own."""
    return "".join(element.itertext()) if isinstance(element.tag, str) else element.text or ""


def all_in(element: etree._Element) -> str:
    """All text below an element and all comments, what is dropped with it."""
    tails = (below.tail or "" for below in element.iter() if below is not element)
    return "".join([*(below.text or "" for below in element.iter()), *tails])


def _why_by_what_it_holds(element: etree._Element, name: str, titles: int) -> str | None:
    if name in BANNERS and _is_cookie_banner(element):
        return "cookie banner"
    # Some servers wrap the whole page in a form.
    if name == "form" and not _holds(element, "main", "article", "h1", "h2", "p", "table"):
        return "form"
    if name == "footer" and not any(is_note(below) for below in element.iter()):
        return "page footer"
    # The header of an article is its title; that of the page is, when it holds the only title there is.
    if name == "header" and not _in_article(element) and not 0 < titles == count_titles(element):
        return "page header"
    return None


def _is_cookie_banner(element: etree._Element) -> bool:
    if not element.attrib or not COOKIES.search(_names(element)) or _in_article(element):
        return False
    return not _holds(element, "main", "article", "h1") and _length(element) <= BANNER_CHARACTERS


def is_hidden(element: etree._Element) -> bool:
    """Whether nobody can see an element, as far as it says so itself."""
    if element.get("hidden", "until-found").lower() != "until-found":
        return True
    # A page saved while a dialog was open has all of its text marked so.
    hushed = (element.get("aria-hidden") or "").lower() == "true"
    return hushed and not _holds(element, "main", "article", "h1", "p")


def _roles(element: etree._Element) -> set[str]:
    if not isinstance(element.tag, str):
        return set()
    kinds = (value for key, value in element.items() if key == "role" or key.endswith((":type", "ops}type")))
    return {word.lower() for kind in kinds for word in kind.split()}


def _names(element: etree._Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _holds(element: etree._Element, *names: str) -> bool:
    return any(local_name(below) in names for below in element.iter())


def _in_article(element: etree._Element) -> bool:
    return any(local_name(above) in ("article", "main", "section") for above in element.iterancestors())


def _within_article(element: etree._Element) -> bool:
    return any(local_name(above) == "article" for above in element.iterancestors())


def _length(element: etree._Element) -> int:
    """How much text an element shows, white space and scripts aside."""
    shown = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, found in walk:
        if event == "start":
            if local_name(found) in TAGS_LEFT_OUT:
                walk.skip_subtree()
            else:
                shown += len("".join((found.text or "").split()))
        elif found is not element:
            shown += len("".join((found.tail or "").split()))
    return shown
