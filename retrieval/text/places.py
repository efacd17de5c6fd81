"""Places that a text numbers: "Article 12(2)", "Rule 87", "par. 23 and 28", as keys that can be compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from retrieval.text.wording import function_words, normal

# A kind, then numbers from the widest in: ("art", "12", "2", "a"); of an annex the kind within it too.
Key = tuple[str, ...]

# The widest first: a narrower one may stand within a wider one.
_KINDS = {
    "annex": r"(?i:annex(?:es|e)?)",
    "appendix": r"(?i:appendi(?:x|ces))",
    "schedule": r"(?i:schedules?)",
    "part": r"(?i:parts?)",
    "chapter": r"(?i:chapters?|chap\.|ch\.)",
    "sec": r"(?i:sections?|secs?\b\.?|§§?)",
    "art": r"(?i:articles?|arts?\b\.?)",
    "rule": r"(?i:rules?)",
    "principle": r"(?i:principles?)",
    "reg": r"(?i:regulations?|regs?\.)",
    "rec": r"(?i:recommendations?)",
    "guideline": r"(?i:guidelines?)",
    "clause": r"(?i:clauses?|cl\.)",
    "par": r"(?i:(?:operative )?(?:sub-?)?paragraphs?|paras?\b\.?|pars?\b\.?|¶¶?)|OPs?",
    "item": r"(?i:items?|points?)",
    "page": r"(?i:pages?|pp?\.)",
}
# They hold what is numbered anew.
ANNEXES = ("annex", "appendix", "schedule")
_RANKS = {kind: rank for rank, kind in enumerate(_KINDS)}
_LABELS = {
    "sec": "Sec.",
    "art": "Art.",
    "reg": "Reg.",
    "rec": "Recommendation",
    "par": "par.",
    "item": "item",
    "page": "p.",
}
_KIND = re.compile(
    rf"(?<![\w§¶])(?:{'|'.join(f'(?P<{kind}>{form})' for kind, form in _KINDS.items())})[ \u00a0]?(?=[\w(])"
)
_ONE = re.compile(
    r"(?P<top>\d{1,4}(?:\.\d{1,3})*(?: ?(?:bis|ter|quater|quinquies)\b|[a-z]\b)?|[IVX]+|[ivx]{2,}|[A-Z])?"
    r"(?P<inner>(?: ?\(\w{1,5}\))*)(?![\w/%]|[.,]\d)"
)
_AND = re.compile(r"(?:, ?|,? (?:and|or|to) |-)(?=[\w(])")
_WITHIN = re.compile(r"(?:,| (?:of|in|to|under)(?: the)?)? ?")
# An annex without a number, said before or after what stands in it.
_IN_ANNEX = re.compile(r"(annex|appendix|schedule), $", re.IGNORECASE)
_OF_ANNEX = re.compile(r" (?:of|in|to) the (annex|appendix|schedule)\b(?! (?:\d|[A-Z]\b|[IVX]+\b))")
# A place is a name: what has one of these before it is of another kind ("an Article 36 review").
_ATTRIBUTE = re.compile(r"\b(?:an?|any|our|their|its|his|her|your|this|some|each|every|another|no) $", re.IGNORECASE)
_LONGEST_ATTRIBUTE = 12
_NEXT_WORD = re.compile(r" ([a-z]+)")
# Kinds of which other things have numbers too: units, kits, charts.
LOOSE = frozenset({"part", "sec", "item", "page"})
FORMATION = (
    r"(?i:brigade|battalion|regiment|division|company|platoon|squadron|squad|corps|task force|battle ?group|militia)"
)
# What follows the number of a unit ("section 2 of Alpha company") or of a measure ("point 5 miles").
_COUNTED = re.compile(
    rf"(?:,?(?: of| in| from)?(?: the)? (?:\d+(?:st|nd|rd|th)?|[A-Z][\w-]*))? {FORMATION}s?\b|"
    r" ?(?:(?:k|c|m)?m|(?:kilo)?met(?:er|re)s?|miles?|nm|feet|ft|yards?|kg|kilo(?:gram)?s?|ton(?:ne)?s?|lit(?:er|re)s?|"
    r"gallons?|hours?|minutes?|days?|weeks?|months?|years?|per ?cent|degrees?|knots?)\b"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NUMBERED_HEADING = re.compile(r"(\d+(?:\.\d+)*)[.):]? +\S|([IVX]+)[.):] +\S")
_EDGE = re.compile(r"[\s*_]*")
# What begins a paragraph and only numbers it.
_MARK = re.compile(r"[\s\"'(\[*_]*(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,5})[.)\]]+\s+")
# The widest range of numbers that a place may name.
_WIDEST = 50


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place that a question asks for: its name as the question has it, its key, and where the mention of it and of
    those beside it ("articles 5 and 7") ends in the normal form."""

    name: str
    key: Key
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """The place that a text begins with: its kind, its name in short ("Art. 12"), its number, and where it ends."""

    kind: str
    name: str
    number: str
    end: int


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    keys: tuple[Key, ...]

    @property
    def kind(self) -> str:
        return self.keys[0][0]


def asked_places(question: str) -> tuple[AskedPlace, ...]:
    """The places that a question asks for, each once."""
    plain = normal(question)
    found = [each for each in _joined(plain) if not _is_no_place(plain, each)]
    ends = [each.end for each in found]
    for at in range(len(found) - 2, -1, -1):
        link = _AND.match(plain, found[at].end)
        ends[at] = ends[at + 1] if link and link.end() == found[at + 1].start else ends[at]
    return tuple(
        dict.fromkeys(
            AskedPlace(plain[each.start : each.end] if len(each.keys) == 1 else label(key), key, end)
            for each, end in zip(found, ends, strict=True)
            for key in each.keys
        )
    )


def keys_of(text: str) -> set[Key]:
    """The keys of the places that a text names; what stands in an annex is named by itself too, and without the number
    of the annex."""
    keys = {key for mention in _joined(normal(text)) for key in mention.keys}
    keys |= {(key[0], *key[2:]) for key in keys if key[0] in ANNEXES and len(key) > 3 and key[2] in _KINDS}
    return keys | {key[at:] for key in keys for at in range(1, len(key)) if key[at] in _KINDS}


def begun(text: str) -> Begun | None:
    """The place that a text begins with, a heading for one; None where it begins with none."""
    found = _KIND.match(text, _EDGE.match(text).end())  # type: ignore[union-attr]
    first = _one(text, found.end()) if found else None
    if found is None or first is None or not first["top"]:
        return None
    kind = found.lastgroup or ""
    if not _numbers_a(kind, first["top"], found[0]):
        return None
    name = f"{_LABELS.get(kind, kind.capitalize())} {first[0]}"
    return Begun(kind, name, first["top"], first.end())


def heading_keys(section: str | None) -> set[Key]:
    """The keys of the headings of a section path that begin with a number or a numbered name."""
    keys: set[Key] = set()
    for heading in (section or "").split(" > "):
        mention = next(iter(_joined(normal(heading))), None)
        numbered = _NUMBERED_HEADING.match(heading)
        if mention is not None and mention.start == 0:
            keys |= set(mention.keys)
        elif numbered:
            keys.add(("sec", *_numbers(numbered[1] or numbered[2], "")))
    return keys


def within(asked: Key, keys: Iterable[Key]) -> bool:
    """Whether one of these places is the one that is asked for, or lies within it."""
    return any(key[: len(asked)] == asked for key in keys)


def elsewhere(asked: Key, keys: Iterable[Key]) -> bool:
    """Whether these places have one of the kind that is asked for, and none within it."""
    keys = list(keys)
    return any(key[0] == asked[0] for key in keys) and not within(asked, keys)


def words_for(keys: Iterable[Key]) -> set[str]:
    """The words under which places are indexed: one for each place and each that it lies within."""
    return {"_".join(key[:end]) for key in keys for end in range(2, len(key) + 1)}


def label(key: Key) -> str:
    """A place in words: "Art. 12(2)(a)", "Annex 2, Art. 3"."""
    parts: list[str] = []
    for at, part in enumerate(key):
        if part in _KINDS:
            parts.append(f"{', ' if at else ''}{_LABELS.get(part, part.capitalize())}")
        else:
            parts.append(f" {part}" if key[at - 1] in _KINDS else f"({part})")
    return "".join(parts)


def unnumbered(text: str) -> str:
    """The text without the number it begins with and the numbers of places in it: these count nothing."""
    plain = _MARK.sub("", normal(text), count=1) if _MARK.match(text) else normal(text)
    mentions = _joined(plain)
    starts, ends = [0, *(each.end for each in mentions)], [*(each.start for each in mentions), len(plain)]
    return "".join(plain[start:end] for start, end in zip(starts, ends, strict=True))


def _joined(plain: str) -> list[_Mention]:
    """The mentions in a text, those that name one place together as one: "paragraph 2 of Article 12"."""
    found: list[_Mention] = []
    for mention in (_in_annex(plain, each) for each in _mentions(plain)):
        if found and _WITHIN.fullmatch(plain, found[-1].end, mention.start):
            wide, narrow = sorted((found[-1], mention), key=lambda each: _RANKS[each.kind])
            if wide.kind != narrow.kind and "page" not in (wide.kind, narrow.kind):
                keys = tuple(_nested(*pair) for pair in product(wide.keys, narrow.keys))
                found[-1] = _Mention(found[-1].start, mention.end, keys)
                continue
        found.append(mention)
    return found


def _in_annex(plain: str, mention: _Mention) -> _Mention:
    """The mention as one in the annex without a number that is named beside it: "Annex, Art. 3"."""
    before = _IN_ANNEX.search(plain[max(0, mention.start - _LONGEST_ATTRIBUTE) : mention.start])
    after = None if before else _OF_ANNEX.match(plain, mention.end)
    beside = before or after
    if beside is None or mention.kind in (*ANNEXES, "page"):
        return mention
    keys = tuple((beside[1].lower(), *key) for key in mention.keys)
    return _Mention(mention.start - len(before[0] if before else ""), after.end() if after else mention.end, keys)


def _nested(wide: Key, narrow: Key) -> Key:
    """A place within another. Articles are numbered through parts and chapters, and begin anew in an annex."""
    if narrow[0] in ("par", "item") and wide[0] not in ("part", "chapter"):
        return (*wide, *narrow[1:])
    return (*wide, *narrow) if wide[0] in ANNEXES or narrow[0] in ("par", "item") else narrow


def _mentions(plain: str) -> Iterator[_Mention]:
    for found in _KIND.finditer(plain):
        kind = found.lastgroup or ""
        first = _one(plain, found.end())
        if first is None or (first["top"] and not _numbers_a(kind, first["top"], found[0])):
            continue
        numbers = [_numbers(first["top"], first["inner"])]
        end = first.end()
        several = kind in ("par", "item", "page") or found[0].rstrip(" .").endswith(("s", "§§", "¶¶"))
        while several and (link := _AND.match(plain, end)) and (other := _one(plain, link.end())):
            numbers += _further(numbers[-1], other, ranges=link[0] in (" to ", "-"))
            end = other.end()
        yield _Mention(found.start(), end, tuple((kind, *each) for each in numbers))


def _one(plain: str, at: int) -> re.Match[str] | None:
    found = _ONE.match(plain, at)
    return found if found and found[0] else None


def _numbers_a(kind: str, top: str, word: str) -> bool:
    """Whether a letter or a Roman numeral is a number here: "which part I play" asks for no part."""
    if top[0].isdigit():
        return True
    wide = _RANKS[kind] <= _RANKS["chapter"]
    return (
        (wide and (top != "I" or word[0].isupper()))
        or (len(top) > 1 and roman(top) is not None)
        or (word[0].isupper() and top in ("V", "X", "I"))
    )


def _further(before: Key, other: re.Match[str], *, ranges: bool) -> list[Key]:
    """The numbers that "and", a comma or a dash add: "12(2)(a) and (b)", "7-9"."""
    numbers = _numbers(other["top"], other["inner"])
    if other["top"] is None:
        return [(*before[: -len(numbers)], *numbers)]
    if ranges and len(before) == len(numbers) == 1 and before[0].isdigit() and numbers[0].isdigit():
        first, last = int(before[0]), int(numbers[0])
        return [(str(n),) for n in range(first + 1, last + 1)] if 0 <= last - first < _WIDEST else [numbers]
    return [numbers]


def _numbers(top: str | None, inner: str) -> Key:
    outer = [str(roman(part) or part.replace(" ", "").casefold()) for part in (top or "").split(".") if part]
    return (*outer, *(part.casefold() for part in re.findall(r"\w+", inner)))


def roman(text: str) -> int | None:
    """The number that a Roman numeral below forty is; None for other text."""
    if not re.fullmatch(r"X{0,3}(?:IX|IV|V?I{0,3})", text.upper()) or not (text.isupper() or text.islower()):
        return None
    values = [_ROMAN[letter] for letter in text.upper()]
    return sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))


def _is_no_place(plain: str, mention: _Mention) -> bool:
    """Whether a number names no place: it describes ("an Article 36 review"), or counts a unit or a measure."""
    before = plain[max(0, mention.start - _LONGEST_ATTRIBUTE) : mention.start]
    if _ATTRIBUTE.search(before) or (mention.kind in LOOSE and _COUNTED.match(plain, mention.end)):
        return True
    after = _NEXT_WORD.match(plain, mention.end)
    return before.lower().endswith("the ") and after is not None and after[1] not in function_words() | {"of", "to"}
