"""Text from users, documents and models, made harmless: it mentions nobody, links nowhere, hides nothing."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# The gap is bounded: without a bound, a long run of signs would be read anew from each of them.
_LOUD = re.compile(r"@(?=\W{0,8}(?:channel|here|everyone|group))", re.IGNORECASE)
_SCHEME = re.compile(
    r":(?=//)|(?<=\bmailto):(?=\S)|(?<=\btel):(?=\S)|(?<=\bjavascript):|(?<=\bdata):(?=\S)", re.IGNORECASE
)
_WWW = re.compile(r"(?<=www)\.(?=\S)", re.IGNORECASE)
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BLANK_LINES = re.compile(r"\n{3,}")
_SAFE_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~!$&'()+,;=:@%/?#-]*)?")
_PERMALINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?/[A-Za-z0-9._~&=%/?#-]{1,250}")
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,30}")
# Ends a line inside a Markdown paragraph.
BREAK = "  \n"
# Letters that are drawn as nothing, and selectors that can carry hidden data.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_PLAIN_ANGLES = str.maketrans("<>", "‹›")
# Our code marks, and what others wrote: the second is passed over whole.
_MARKED = re.compile(r"“[^”]*”|`(?P<code>[^`\n]+)`")
_FORMATTING = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})


def clean(text: str) -> str:
    """Without control, bidirectional, zero-width, tag and invisible characters; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n")
    kept = "".join(c for c in text if c == "\n" or _visible(c))
    return _BLANK_LINES.sub("\n\n", kept).strip()


def _visible(character: str) -> bool:
    # Variation selectors and everything past the ideographs (tags among them) can carry a hidden message;
    # U+FE0F stays, it only makes an emoji colourful.
    if character in _INVISIBLE or 0xFE00 <= ord(character) <= 0xFE0E or ord(character) >= 0xE0000:
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def escape(text: str) -> str:
    """For a mrkdwn text: cleaned, `& < >` as entities, no mention, no live address, no formatting of its own."""
    text = _harmless(clean(text)).translate(_FORMATTING)
    text = _EDGE_UNDERSCORE.sub("ˍ", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """For a plain_text object: like `escape`, but angle brackets become single quotation marks and nothing grows."""
    return _harmless(clean(text)).translate(_PLAIN_ANGLES)


def one_line(text: str) -> str:
    """Cleaned, with every run of white space as one space."""
    return " ".join(clean(text).split())


def _harmless(text: str) -> str:
    text = _LOUD.sub("＠", text)
    return _WWW.sub("[.]", _SCHEME.sub("[:]", text))


def link(url: str | None, label: str) -> str:
    """`label` (already escaped) as a link to a source's own address; the label alone unless it is plain https."""
    if not url or not _SAFE_URL.fullmatch(url) or not urlsplit(url).hostname:
        return label
    return f"<{url.replace('&', '&amp;')}|{label.replace('|', '¦')}>"


def permalink(url: str | None, label: str) -> str:
    """A link to a message at the address that the workspace's server gave for it; nothing unless it is an address."""
    return f" <{url.replace('&', '&amp;')}|{label}>" if url and _PERMALINK.fullmatch(url) else ""


def user(slack_user: str | None, otherwise: str = "nobody") -> str:
    """A live mention of a user id that we stored ourselves; anything that is no user id is shown as text."""
    if not slack_user:
        return otherwise
    return f"<@{slack_user}>" if _USER.fullmatch(slack_user) else escape(slack_user)


def channel(slack_channel: str | None, otherwise: str = "no channel") -> str:
    """A link to a channel id that we stored ourselves; anything that is no channel id is shown as text."""
    if not slack_channel:
        return otherwise
    return f"<#{slack_channel}>" if _CHANNEL.fullmatch(slack_channel) else escape(slack_channel)


def code(text: str) -> str:
    """For text between backticks of our own: as `escape`, with its underscores kept."""
    return escape(text).replace("ˍ", "_")


def prose(text: str) -> str:
    """For mrkdwn: a text of ours, whose code marks stay code. What others wrote stands in it between “ and ”."""
    return "".join(f"`{code(part)}`" if marked else _escaped(part) for part, marked in code_parts(text))


def code_parts(text: str) -> list[tuple[str, bool]]:
    """The text cut at our code marks: (text, whether it is code). Between “ and ” there are none."""
    parts, at = [], 0
    for match in _MARKED.finditer(text := clean(text)):
        if match["code"]:
            parts += [(text[at : match.start()], False), (match["code"], True)]
            at = match.end()
    return [part for part in (*parts, (text[at:], False)) if part[0]]


def _escaped(part: str) -> str:
    """As `escape`, with the white space at the ends, which parts it from its neighbours."""
    kept = part.strip()
    return part.replace(kept, escape(kept), 1) if kept else part


def markdown(text: str) -> str:
    """For Markdown: one line without control characters, and without a link of its own."""
    return one_line(text).replace("](", "] (")
