"""Numbers of articles, paragraphs and items: where each sentence stands ("Art. 12(2)(a)"), and the stem of an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.marks import BULLET, MARK, Mark, mark_of, styles_in
from retrieval.corpus.passages import Sentence, Span
from retrieval.text.places import ANNEXES, Begun, begun, roman
from retrieval.text.sentences import is_unfinished

# "Sec. 4. The keeper …", "Article 12\n1. …", "Rule 87: …"; "Article 12 applies" is no numbering.
ANNOUNCED = re.compile(r"\s*[*_]{0,3}(?:[.:)]|[–—-](?=\s)|(?=\n|$|\(\d))[*_]{0,3}\s*")
# What is numbered through them.
PARTS = ("part", "chapter")
# A heading of an annex that has no number: "Annex", "Annex: Forms", "Annex to the Convention on Pilots".
UNNUMBERED = re.compile(r"[\s*_]*(annex|appendix|schedule)(?=[\s*_]*(?:$|[:.–—-]| (?:to|of) the\b))", re.IGNORECASE)
LEADS = (":", "—", "–")
# A run of numbers is that of the paragraphs of a document when it holds this share of its words.
PARAGRAPHS_SHARE = 0.5
LISTED = "="


@dataclass(slots=True)
class _Level:
    """An open list: its style, its indent, and the number of its last item. A bullet has no number."""

    style: str
    indent: int
    value: int
    text: str | None


class Numbering:
    """Follows the headings and pieces of one document in order, and says of each sentence where it stands."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counted = styles_in(texts)
        self._headed: list[Begun] = []
        self._own: Begun | None = None  # what a paragraph announces, until the next heading
        self._open: list[_Level] = []
        self._before: list[_Level] = []  # lists that a paragraph interrupts; they may go on after it
        self._leads: dict[int, tuple[Span, ...]] = {}
        self._item: tuple[Span, ...] | None = None  # the stem of the item before; None where that was no item

    def heading(self, names: Sequence[str]) -> None:
        """Go on below this path of headings."""
        self._headed = [found for name in names if (found := _headed(name)) and found.kind not in ("par", "page")]
        self._own = self._item = None
        self._open, self._before, self._leads = [], [], {}

    def placed(
        self, said: Sequence[Sentence], text: str, marks: Sequence[str] = (), bullet: int | None = None
    ) -> list[Sentence]:
        """The sentences of a piece with their place and, where it is an item, the first of them with its stem.

        `text` is the piece as written. `marks` are the numbers of the items of lists that it stands in where the format
        keeps them apart from the text. `bullet` is the indent of an item that a bullet begins.
        """
        if not said:
            return []
        text = self._announced(text)
        mark = mark_of(text)
        if mark is not None and not self._counts(mark):
            mark = None
        if marks and not (mark and all(part.startswith(BULLET) for part in marks)):
            path, new = self._listed(marks, mark)
        elif mark is not None or bullet is not None:
            path, new = self._item_of(mark, bullet or 0), True
        else:
            return self._plain(said, text)
        stem = self._stem(len(path), said[0].text) if new else ()
        return self._with(said, path, stem, len(path))

    def _announced(self, text: str) -> str:
        """Take up the article that a paragraph begins with; what follows it of the text."""
        found = begun(text)
        if found is None or found.kind in ("par", "page") or not (stop := ANNOUNCED.match(text, found.end)):
            return text
        self._own, self._open, self._before, self._leads, self._item = found, [], [], {}, None
        return text[stop.end() :]

    def _counts(self, mark: Mark) -> bool:
        """Whether a mark is a number: a letter before a full stop is one where the document has the next too."""
        return any(style in self._counted or not style.endswith(".") or style[0] == "1" for style, _ in mark.forms)

    def _plain(self, said: Sequence[Sentence], text: str) -> list[Sentence]:
        """A paragraph that is no item; one that goes on in small letters after items completes their stem."""
        if self._item and text.lstrip()[:1].islower():
            path = [level.text for level in self._open[:-1]]
            return self._with(said, path, self._item, len(path) + 1)
        indent = len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip())
        if self._open and indent > 1:  # a further paragraph of an item
            self._open = [level for level in self._open if level.indent < indent]
            return self._with(said, [level.text for level in self._open], (), len(self._open))
        self._before, self._open = self._open or self._before, []
        self._leads, self._item = {}, None
        return self._with(said, [], (), 0)

    def _with(
        self, said: Sequence[Sentence], path: Sequence[str | None], stem: tuple[Span, ...], depth: int
    ) -> list[Sentence]:
        place = self._place([part for part in path if part])
        # Written out: `replace` costs three times as much, and there are as many sentences as a document has.
        found = [Sentence(s.spans, s.locator, place, () if n else stem, s.row) for n, s in enumerate(said)]
        self._item = stem if depth else None
        self._leads = {level: spans for level, spans in self._leads.items() if level < depth}
        if _leads(found[-1].text):
            self._leads[depth] = (*found[-1].stem, *found[-1].spans)
        return found

    def _stem(self, depth: int, text: str) -> tuple[Span, ...]:
        """The lead-in of an item at this depth: one that breaks off is completed by small letters alone."""
        lead = self._leads.get(depth - 1, ())
        bare = text[found.end() :] if (found := MARK.match(text)) else text
        return lead if lead and (lead[-1].text.rstrip().endswith(LEADS) or bare[:1].islower()) else ()

    def _listed(self, marks: Sequence[str], mark: Mark | None) -> tuple[list[str | None], bool]:
        """(the numbers on the way to an item that the format numbers, whether the item begins here)."""
        path: list[str | None] = [None if part.startswith(BULLET) else part for part in marks]
        if mark is not None:
            path[-1] = mark.text
        announced = begun(path[0]) if path[0] else None
        if announced is not None:
            self._own, path = announced, path[1:]
        outer = [level for level in self._open if not level.style.startswith(LISTED)]
        styles = [f"{LISTED}{part}" for part in marks[len(marks) - len(path) :]]
        new = [level.style for level in self._open[len(outer) :]] != styles
        self._open = [*outer, *(_Level(style, 0, 0, text) for style, text in zip(styles, path, strict=True))]
        return [level.text for level in self._open], new

    def _item_of(self, mark: Mark | None, indent: int) -> list[str | None]:
        """The numbers on the way to an item; the lists that are open go on to it."""
        forms = mark.forms if mark else ((BULLET, 0),)
        indent = mark.indent if mark else indent
        text = mark.text if mark else None
        if not self._continued(self._open, forms, indent, text):
            if self._continued(self._before, forms, indent, text):
                self._open, self._before = self._before, []
            else:
                self._begin(forms, indent, text)
        return [level.text for level in self._open]

    def _continued(self, levels: list[_Level], forms: Sequence[tuple[str, int]], indent: int, text: str | None) -> bool:
        """Go on in the innermost list, of those set in alike first, that an item is the next of."""
        near = sorted(range(len(levels)), key=lambda at: (abs(levels[at].indent - indent) > 1, -at))
        for at in near:
            level = levels[at]
            for style, value in forms:
                bullets = style == BULLET and abs(level.indent - indent) <= 1
                if style == level.style and (value == level.value + 1 or bullets):
                    level.value, level.text = value, text
                    del levels[at + 1 :]
                    return True
        return False

    def _begin(self, forms: Sequence[tuple[str, int]], indent: int, text: str | None) -> None:
        """Begin a list: within the one that is open, or in place of one of the same style that is set in alike."""
        opened = {level.style for level in self._open}
        likely = [form for form in forms if form[1] == 1] or [form for form in forms if form[0] in opened] or forms
        style, value = likely[-1]
        again = [at for at, level in enumerate(self._open) if level.style == style and level.indent + 1 >= indent]
        if again:
            del self._open[again[0] :]
        self._open.append(_Level(style, indent, value, text))

    def _place(self, numbers: Sequence[str]) -> str | None:
        """Where a sentence stands: the article, or what else it is under, and the numbers within."""
        inner = [found for found in self._headed if found.kind not in ANNEXES]
        narrow = [found for found in inner if found.kind not in PARTS] or inner
        anchor = self._own or (narrow[-1] if narrow else None)
        annex = next((found for found in reversed(self._headed) if found.kind in ANNEXES and found != anchor), None)
        anchors = [found for found in (annex, anchor) if found]
        if anchors and numbers:
            return within(anchors, numbers)
        named = ", ".join(found.name for found in anchors if found.kind not in PARTS)
        return named or (f"par. {_bracketed(numbers)}" if numbers else None)


def _headed(name: str) -> Begun | None:
    """The place that a heading begins with; an annex may have no number."""
    bare = UNNUMBERED.match(name)
    return Begun(bare[1].lower(), bare[1].capitalize(), "", bare.end()) if bare else begun(name)


def within(anchors: Sequence[Begun], numbers: Sequence[str]) -> str:
    """The place of these numbers in an article, or in an annex without one."""
    named, last = ", ".join(found.name for found in anchors), anchors[-1]
    first, *rest = numbers
    if first.startswith(f"{last.number}."):
        return f"{named.removesuffix(last.number)}{first}" + "".join(f"({part})" for part in rest)
    if last.kind in ANNEXES + PARTS:
        return f"{named}, par. {_bracketed(numbers)}"
    return named + "".join(f"({part})" for part in numbers)


def of_items(sentences: Sequence[Sequence[Sentence]]) -> bool:
    """Whether the numbers that stand under no article are those of lists, not of the document's paragraphs.

    Paragraphs are numbered through, and hold most of what a document says; less where they go on to its end.
    """
    firsts: list[int] = []
    numbered = words = 0
    ends = False
    for sentence in (sentence for unit in sentences for sentence in unit):
        length = len(sentence.text.split())
        words += length
        ends = bool(sentence.place and sentence.place.startswith("par. "))
        if ends and sentence.place:
            numbered += length
            first = sentence.place.removeprefix("par. ").partition("(")[0].partition(".")[0]
            value = int(first) if first.isdigit() else roman(first) or 0
            firsts += [value] if value not in firsts[-1:] else []
    share = PARAGRAPHS_SHARE / 2 if ends else PARAGRAPHS_SHARE
    return numbered < share * words or firsts != sorted(set(firsts)) or 0 in firsts


def _bracketed(numbers: Sequence[str]) -> str:
    """ "3(a)"; a letter alone is bracketed too."""
    first, *rest = numbers
    return "".join([first if first[0].isdigit() or first.isupper() else f"({first})", *(f"({n})" for n in rest)])


def _leads(text: str) -> bool:
    """Whether items may complete a sentence."""
    return text.rstrip().endswith(LEADS) or is_unfinished(text)
