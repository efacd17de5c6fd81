"""Sentence splitting: careful about abbreviations, initials, numbered references, quotes and brackets.

No kept library is small and good enough (pysbd is unmaintained since 2021), and a wrong cut is worse here than a
missing one: a quote must stand as a whole.
"""

from __future__ import annotations

import re

from retrieval.text.places import begun
from retrieval.text.wording import SUPERSCRIPT

# Titles before a name: never an end.
TITLES = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "capt", "cpt", "sgt", "adm", "brig", "cmdr", "sen",
    "rep", "gov", "hon", "rev", "st", "vs", "cf", "viz", "i.e", "e.g", "approx", "ca",
})  # fmt: skip
# No end before a number: "art. 51", "Sept. 11", "nos. 5".
BEFORE_NUMBERS = frozenset({
    "no", "nos", "art", "arts", "para", "paras", "par", "pars", "sec", "secs", "ch", "chap", "p", "pp", "fig", "figs",
    "vol", "vols", "n", "nn", "app", "add", "rev", "ver", "op", "res", "jan", "feb", "mar", "apr", "jun", "jul",
    "aug", "sep", "sept", "oct", "nov", "dec",
})  # fmt: skip
# An end only when the next word is one that begins sentences.
DOUBTFUL = frozenset({
    "etc", "al", "inc", "ltd", "co", "corp", "dept", "est", "gov", "govt", "intl", "assoc", "univ", "ibid", "jr",
    "sr", "ret", "ed", "eds", "trans", "a.m", "p.m", "ph.d", "u.s", "u.k", "u.n",
})  # fmt: skip
STARTERS = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "it", "its", "he", "she", "they", "we", "you", "i", "his",
    "her", "their", "our", "there", "here", "in", "on", "at", "by", "for", "from", "to", "of", "with", "without",
    "within", "under", "over", "after", "before", "during", "since", "until", "while", "when", "where", "if", "as",
    "although", "though", "because", "but", "and", "or", "so", "yet", "nor", "however", "moreover", "furthermore",
    "thus", "therefore", "hence", "still", "then", "instead", "otherwise", "meanwhile", "many", "most", "some",
    "such", "several", "all", "any", "each", "every", "both", "no", "not", "nothing", "one", "what", "who", "why",
    "how", "which", "first", "second", "third", "finally", "another", "other", "according", "despite",
})  # fmt: skip
OPENERS = "\"'“‘«([*_¿¡—–-…"
CLOSERS = "\"'”’»)]*_"
# Where a row of stops begins it is read to its end, once: tried from each of its stops, a long one would take for ever.
END = re.compile(
    rf"(?:(?<![.!?…؟])[.!?…؟]++|[。！？])[{re.escape(CLOSERS)}]*+[{SUPERSCRIPT}]*+(?=\s|$)|[。！？][」』”）]*"
)
WORD = re.compile(r"[^\s({\[\"“‘'«—–/]*$")
LONGEST_WORD, LONGEST_NUMBER = 40, 8
INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
NUMBERING = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxlIVXL]{1,5})[)\]]?\.?")


def sentence_ranges(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order; between them lies white space alone, and nothing is left out."""
    ranges: list[tuple[int, int]] = []
    start = _skip(text, 0)
    for found in END.finditer(text):
        if found.start() < start:
            continue
        following = _skip(text, found.end())
        if following >= len(text) or _ends(text, start, found, following):
            ranges.append((start, found.end()))
            start = following
    if start < len(text):
        ranges.append((start, len(text.rstrip())))
    return ranges


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, verbatim."""
    return [text[start:end] for start, end in sentence_ranges(text)]


def is_unfinished(text: str) -> bool:
    """Whether `text` stops without a sentence's end: no stop, colon or semicolon, closing marks aside."""
    bare = text.rstrip().rstrip(CLOSERS + SUPERSCRIPT)
    return not bare.endswith((".", "!", "?", "…", ":", ";", "؟", "。", "！", "？"))


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index].isspace():
        index += 1
    return index


def _ends(text: str, start: int, found: re.Match[str], following: int) -> bool:
    """Whether the stop at `found` ends the sentence that began at `start`; `following` is where text goes on."""
    stop = text[found.start()]
    if found.start() - start < LONGEST_NUMBER and not any(c.isalnum() for c in text[start : found.start()]):
        return False  # a stop that stands alone
    if stop in "。！？":
        return True
    if found.start() > start and text[found.start() - 1].isspace():
        # Some corpora set the stop apart as a word of its own; a row of them leads to a page number.
        return not text[max(start, found.start() - LONGEST_NUMBER) : found.start()].rstrip().endswith(".")
    head = text[following : following + LONGEST_NUMBER].lstrip(OPENERS)[:1] if following < len(text) else ""
    if head.islower() or (not head and stop != "."):
        return False
    if stop != "." or found[0].startswith(".."):
        return True
    word = WORD.search(text[max(start, found.start() - LONGEST_WORD) : found.start()])
    return _plain_stop(text, start, word[0] if word else "", following, found)


def _plain_stop(text: str, start: int, word: str, following: int, found: re.Match[str]) -> bool:
    """Whether a single full stop after `word` ends a sentence, given that no small letter follows."""
    head = text[start : found.start()].strip()
    if len(head) < LONGEST_WORD and (named := begun(head)) and named.end == len(head):
        return False  # "Rule 87. Civilians …"
    if found.start() - start < LONGEST_NUMBER and NUMBERING.fullmatch(head):
        return False  # "1. Assess the partner"
    if len(found[0]) > 1:
        return True  # a quote or bracket closes after the stop
    key = word.casefold().rstrip(SUPERSCRIPT)
    after = re.match(r"\W*(\w*)", text[following : following + 60])
    next_word = after[1] if after else ""
    if key in TITLES:
        return False
    if key in DOUBTFUL or (INITIALS.fullmatch(word) and word[0].isupper()):
        return next_word.casefold() in STARTERS
    numbered = next_word[:1].isdigit() or re.fullmatch(r"[IVXLC]+", next_word)
    return not (key in BEFORE_NUMBERS and numbered)
