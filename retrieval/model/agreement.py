"""Whether a claim says what its quote says: content, names, figures, negation, strength, conditions, whose view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

from retrieval.model import omissions, relations
from retrieval.model.alignment import Alignment
from retrieval.model.paraphrase import PREFIXES, namesakes, plain, prefixed
from retrieval.model.statements import PLAIN_NEGATIONS, Text, carries, clauses_of, sentences_of, stem_of, word_lists

# A statement is about a stretch of the quote when this share of its content words lies there.
ABOUT = 0.5
# Above this share, both ways, a claim repeats a sentence: then it negates and binds exactly as often.
REPEATS = 0.85
# How far a name may stand from the word that tells that it speaks: "according to a note in Rynning's article".
VOICE = 5

_JOINTS = frozenset({",", "and", "or", "but"})
_EACH = frozenset({"each", "every", "all"})


def disagreement(claim: str, quotes: Sequence[str], source: str = "", before: str | None = None) -> str | None:
    """Why a claim does not follow from its quotes, in a few words for a repair request; None when it does.

    `source` is how the source is called (title, author, publisher, section): a claim may name it. `before` is the
    text around the quotes, where a pronoun of theirs may point.
    """
    verbatim = {_plain(sentence.raw) for sentence in sentences_of(quotes)}
    if all(_plain(sentence.raw) in verbatim for sentence in sentences_of([claim])):
        return None
    claim, quotes = plain(claim), [plain(quote) for quote in quotes]
    quotes = [prefixed(quote, Text(claim).words) for quote in quotes]
    claim = prefixed(claim, Text(" ".join(quotes)).words)
    said, quoted = Text(claim), Text(" ".join(quotes))
    named = Text(source)
    return (
        _names(said, quoted, named)
        or _content(said, quoted)
        or _figures(said, quoted)
        or _opposed(said, quoted)
        or _universal(said, quoted)
        or next(filter(None, (_within_clause(said, clause) for clause in clauses_of(quotes))), None)
        or _negation_added(said, quoted)
        or _strength_added(said, quoted)
        or _laid(Alignment(claim, quotes, _free(said, quoted, named), before))
    )


def _laid(alignment: Alignment) -> str | None:
    return next(chain(relations.faults(alignment), omissions.faults(alignment)), None)


def _free(said: Text, quoted: Text, named: Text) -> frozenset[str]:
    """Stems that need no place in the quotes: names of the source, acronyms of the quotes, words of attribution."""
    names = {said.stems[place] for place, word in enumerate(said.cased) if word[0].isupper() and _speaks(said, place)}
    return _list_stems() | _abbreviations(said, quoted) | (named.content & names)


def _speaks(said: Text, place: int) -> bool:
    """Whether a name of the source stands where the claim says whose statement it is: nowhere else is it granted."""
    near = said.words[max(0, place - VOICE) : place + VOICE + 1]
    return not word_lists().attributing.isdisjoint(near)


def _content(said: Text, quoted: Text) -> str | None:
    return None if said.content & quoted.content else "it shares no content with its quote"


def _names(said: Text, quoted: Text, named: Text) -> str | None:
    known = set(quoted.stems) | set(named.stems) | _list_stems() | _abbreviations(said, quoted)
    for word, stem in zip(said.cased, said.stems, strict=True):
        if word[0].isupper() and carries(stem) and not _opener(said, word) and not namesakes(stem, known):
            return f"{word} is not in its quote"
    return None


def _opener(said: Text, word: str) -> bool:
    """Whether a word has its capital from the beginning of the claim: its meaning is another check's."""
    return word == said.cased[0] and word[1:].islower()


def _abbreviations(said: Text, quoted: Text) -> frozenset[str]:
    """The stems of the claim's acronyms whose letters begin words in a row of the quote."""
    initials = "".join(word[0] for word in quoted.words if word.isalpha() and word not in ("and", "of", "the", "for"))
    return frozenset(
        stem
        for word, stem in zip(said.cased, said.stems, strict=True)
        if (letters := word.removesuffix("'s").rstrip("s")).isupper()
        and len(letters) > 2
        and letters.lower() in initials
    )


def _figures(said: Text, quoted: Text) -> str | None:
    known = Counter(quoted.figures)
    for figure, times in Counter(said.figures).items():
        if times > known[figure]:
            return f"the figure or date {figure[1]} does not stand in its quote like that"
    return _figures_apart(said, quoted)


def _figures_apart(said: Text, quoted: Text) -> str | None:
    """What makes one figure in the quote stays together: "two thirds", "ten days", "140 of" which were a third."""
    mine, theirs = set(said.figure_pairs), set(quoted.figure_pairs)
    alone = {figure for _, figure in said.figures} | {word for word in said.words if word == "one"}
    if mine - theirs:
        return f"{' '.join(min(mine - theirs))} do not stand together in its quote"
    for times, unit in theirs:
        if unit in alone and times not in alone and sum(figure == unit for _, figure in quoted.figures) == 1:
            return f"its quote speaks of {times} {unit}"
    for part, whole in quoted.shares:
        if whole in alone and part not in alone and sum(f == whole for _, f in quoted.figures) == 1:
            return f"its quote speaks of {part} of {whole}"
    return None


def _opposed(said: Text, quoted: Text) -> str | None:
    mine, theirs = set(said.words), set(quoted.words)
    for pair in word_lists().opposites:
        for one, other in (pair, pair[::-1]):
            if one in mine and other in theirs and one not in theirs and other not in mine:
                return f'it says "{one}" where its quote says "{other}"'
    fault = _opposed_groups(said, quoted)
    if fault:
        return fault
    for word in {word for word in mine - theirs if carries(stem_of(word))}:
        if any(prefix + word in theirs or word.removeprefix(prefix) in theirs - {word} for prefix in PREFIXES):
            return f'"{word}" turns its quote round'
    return None


def _opposed_groups(said: Text, quoted: Text) -> str | None:
    for pair in word_lists().opposed_groups:
        for ones, others in (pair, pair[::-1]):
            mine, theirs = (ones & said.content) - quoted.content, (others & quoted.content) - said.content
            if mine and theirs and not ones & quoted.content:
                return f'it speaks of "{sorted(mine)[0]}", its quote of "{sorted(theirs)[0]}"'
    return None


def _universal(said: Text, quoted: Text) -> str | None:
    added = (set(said.words) & word_lists().universals) - set(quoted.words)
    if _EACH & set(quoted.words):
        added -= _EACH
    return f'"{sorted(added)[0]}" is not in its quote' if added else None


def _plain(text: str) -> str:
    return Text(text).raw.strip(" .\"'").casefold()


def _within_clause(said: Text, sentence: Text) -> str | None:
    """What the claim leaves out or changes of one sentence, or of a part of it up to a semicolon, that it speaks of."""
    lists = word_lists()
    fault = (
        _strength_changed(said, sentence) or _negation_dropped(said, sentence) or _repeated_otherwise(said, sentence)
    )
    if fault:
        return fault
    if not _about(said, sentence.content):
        return None
    if any(_bound(said, sentence, phrases) and not said.places(kept) for phrases, kept in lists.conditions):
        return "it leaves out the condition its quote makes"
    if sentence.places(lists.views) and not said.places(_voices(sentence)):
        return "it gives as a fact what its quote gives as somebody's view"
    return None


def _bound(said: Text, sentence: Text, phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether a condition bears on the claim: one that ends a stretch ("give aid where necessary") does so there."""
    for phrase in phrases:
        for end in sentence.places([phrase]):
            before = sentence.words[: end - len(phrase)]
            trails = sentence.words[end : end + 1] in ([], [","])
            start = max((at + 1 for at, word in enumerate(before) if word in _JOINTS), default=0)
            if not trails or not said.content.isdisjoint(sentence.stems[start : len(before)]):
                return True
    return False


def _voices(sentence: Text) -> frozenset[tuple[str, ...]]:
    """The phrases that tell whose view it is: a word that the sentence has for something else is none."""
    lists, views = word_lists(), _view_stems()
    return lists.views | {
        phrase
        for phrase in lists.attributed
        if len(phrase) > 1 or (stem := stem_of(phrase[0])) in views or stem not in sentence.stems
    }


@cache
def _view_stems() -> frozenset[str]:
    """How the phrases that give a view begin, by stems."""
    return frozenset(stem_of(phrase[0]) for phrase in word_lists().views)


def _about(said: Text, stretch: Iterable[str]) -> bool:
    content = said.content
    return len(content & set(stretch)) >= ABOUT * len(content)


def _strength_changed(said: Text, sentence: Text) -> str | None:
    """The same act must be as binding in the claim; a claim about what a modal governs may not drop the modal."""
    for strength, stem in said.governed:
        bound = sentence.strengths_of(stem)
        if bound - {""} and strength not in bound:
            return f'it says "{strength}" of what its quote does not'
    for strength, stem in sentence.governed:
        if stem in said.stems and not said.strengths_of(stem) & sentence.strengths_of(stem):
            return f'its quote says "{strength}" of that, and it does not'
    for place, strength in sentence.marks:
        if not said.marks and _about(said, sentence.after(place, len(sentence.stems))):
            return f'its quote says "{strength}", and it leaves that out'
    return None


def _repeated_otherwise(said: Text, sentence: Text) -> str | None:
    """A claim that repeats a sentence almost whole may not slip a "not" or another modal in or out."""
    both = len(said.content & sentence.content)
    if both < REPEATS * len(said.content) or both < REPEATS * len(sentence.content):
        return None
    # "It does not, but …": a negation that reaches nothing may be left out with its clause.
    bare = sum(not reach for reach in sentence.negated)
    same = len(said.negated) == len(sentence.negated)
    if not same and not sentence.denials - bare <= said.denials <= sentence.denials:
        return "it negates more or less than its quote"
    if Counter(name for _, name in said.marks) != Counter(name for _, name in sentence.marks):
        return "it is more or less binding than its quote"
    return None


def _strength_added(said: Text, quoted: Text) -> str | None:
    known = {strength for _, strength in quoted.marks}
    added = next((strength for _, strength in said.marks if strength not in known), None)
    return f'its quote does not say "{added}"' if added else None


def _negation_dropped(said: Text, sentence: Text) -> str | None:
    for word, reach in sentence.negating:
        if _keeps(word, said):
            continue
        denied = [stem for stem in reach if stem in said.content]
        if len(denied) * 2 > len(reach) and not any(_negates(said, stem) for stem in denied):
            return "its quote negates that, and it does not"
    return None


def _negation_added(said: Text, quoted: Text) -> str | None:
    for word, reach in said.negating:
        if _keeps(word, quoted):
            continue
        denied = [stem for stem in reach if stem in quoted.content]
        carried = [_negates(quoted, stem) for stem in denied]
        if reach and not (carried and carried[0]) and 2 * sum(carried) < max(1, len(denied)):
            return "it negates what its quote does not"
    # "Not to avoid" is one more than "to avoid", which is in the quote and in the claim alike.
    spare = sum(not _keeps(word, said) for word, _ in quoted.negating)
    return "it negates what its quote does not" if said.denials > spare else None


def _keeps(word: str, text: Text) -> bool:
    """Whether a verb that negates of itself ("banned", "lacks") is in a text as well, wherever its object stands."""
    return word not in PLAIN_NEGATIONS and carries(stem_of(word)) and stem_of(word) in text.stems


def _negates(text: Text, stem: str) -> bool:
    """Whether some negation of `text` reaches the stem."""
    return any(stem in reach for reach in text.negated)


@cache
def _list_stems() -> frozenset[str]:
    """Stems of the words that say whose view, how strong or under what condition: no content of their own."""
    lists = word_lists()
    kept = [phrase for _, phrases in lists.conditions for phrase in phrases]
    voices = [phrase for phrase in lists.attributed if len(phrase) == 1]
    phrases = [*voices, *kept, *(p for group in lists.strengths.values() for p in group)]
    return frozenset(stem_of(word) for phrase in (*phrases, *lists.negations) for word in phrase)
