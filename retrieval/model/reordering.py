"""What explains another order of words in a claim than in its quote: a phrase or clause moved, a voice turned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.model.lines import BE, MODALS, STOPS, Line, Met, Word, is_figure
from retrieval.model.paraphrase import lexicon
from retrieval.model.statements import word_lists

_NOUNS = ("ing", "ion", "ions", "ment", "ments", "ity", "ness", "ance", "ence")
_RELATIVES = frozenset({"that", "which", "who", "whom", "whose"})
_ADVERBIAL = frozenset({"since", "before", "after", "until", "once", "because", "when", "whenever", "if", "unless"})
# "Mitigation of harm" is "harm mitigation".
_NOMINAL = (["of"], ["for"], ["on"], ["in"])


class Reordering:
    """A claim beside the sentences of its quotes."""

    def __init__(self, claim: Line, lines: Sequence[Line]) -> None:
        self.claim = claim
        self.lines = lines

    def licenses(self, last: Met, met: Met, fault: str) -> bool:
        """Whether the claim itself begins something new between the two words."""
        between, known = self.claim.between(last.said.place, met.said.place), lexicon()
        turns = fault == "turns"
        parting = STOPS | known.reporting | (known.joints - (_RELATIVES | _ADVERBIAL if turns else frozenset()))
        clause = turns and any(word in _ADVERBIAL and self._after(word, met) for word in between)
        if clause or any(word in parting for word in between) or self._fronted(last, between) or self._led(last):
            return True
        if fault != "turns":
            return False
        if self._revoiced(last, met) or self._compound(last, met) or self._copula(last, met):
            return True
        if is_figure(met.said) and not self._opens(met) and not {"every", "each"} & set(between):
            return False
        # "To" before a verb leads into no phrase that could stand elsewhere.
        infinitive = between[-1:] == ["to"] and self.lines[met.sentence].words[met.quoted.place - 1] == "to"
        if infinitive:
            return False
        # A phrase moves with its own preposition: "to units in the north" is not "in units to the north".
        leads = [word for word in between if word in known.prepositions]
        own = leads[-1:] == [self.lines[met.sentence].leading(met.quoted.place)]
        noun = leads[-1:] in _NOMINAL and 0 < last.quoted.place - met.quoted.place < 4
        says = last.said.word in word_lists().attributing
        return own or noun or says or bool({"every", "each"} & set(between))

    def _after(self, joint: str, met: Met) -> bool:
        """Whether a word of the quote stands in a clause that a joint opens there as well: "after", "because"."""
        line = self.lines[met.sentence]
        kept = word_lists().markers.get(joint, frozenset({joint}))
        opened = [at for at, word in enumerate(line.words[: met.quoted.place]) if word in kept]
        return any(STOPS.isdisjoint(line.words[at : met.quoted.place]) for at in opened)

    def _fronted(self, last: Met, between: Sequence[str]) -> bool:
        """Whether the claim has put a phrase first, up to a word: "In November the council asked …"."""
        first = self.claim.words[self.claim.opening(last.said.place)]
        impersonal = self.lines[last.sentence].words[0] == "it" and first.endswith("ing")
        fronts = first in ("only", "each", "every") or first in lexicon().prepositions or first in lexicon().joints
        return impersonal or (fronts and any(word in lexicon().determiners or word in MODALS for word in between))

    def _led(self, last: Met) -> bool:
        """Whether the claim has put a phrase of the quote first as it stands: "In 2020 detainees were visited"."""
        start = self.claim.opening(last.said.place)
        phrase = self.claim.words[start : last.said.place + 1]
        end = last.quoted.place + 1
        leads = phrase[0] in lexicon().prepositions or phrase[0] in ("each", "every")
        return leads and self.lines[last.sentence].words[max(0, end - len(phrase)) : end] == phrase

    def _compound(self, last: Met, met: Met) -> bool:
        """Whether the two make one noun: "risk mitigation" and "mitigating risk", "assessment of the partner"."""
        line = self.lines[met.sentence]
        between = line.between(met.quoted.place, last.quoted.place)
        held = any(met.quoted.place < word.place < last.quoted.place for word in line.content)
        if is_figure(last.said) and last.said.place == met.said.place - 1 and not held:
            return True
        if is_figure(last.said) and is_figure(met.said):
            return False
        if not between and any(word in BE for word in self.claim.between(last.said.place, met.said.place)):
            return True
        if not between:
            return last.quoted.word.endswith(_NOUNS) or met.quoted.word.endswith(_NOUNS) or self._described(last, met)
        owned = self.claim.text.cased[last.said.place].endswith("'s") and between[0] == "of"
        if owned and not any(word in STOPS or word in lexicon().joints for word in between):
            return True
        changes = any(met.quoted.stem in group for group in word_lists().opposed_groups[0])
        links = {"of", "in"} if changes else {"of", "for", "on"} if met.said.place == last.said.place + 1 else {"of"}
        return bool(links & set(between)) and all(word in links or word in lexicon().determiners for word in between)

    def _described(self, last: Met, met: Met) -> bool:
        """Whether a participle before a noun has come to stand after it: "supplied arms", "arms they supplied"."""
        known, line = lexicon(), self.lines[met.sentence]
        attributive = line.words[met.quoted.place - 1] in known.determiners | known.prepositions
        relative = known.pronouns & set(self.claim.between(last.said.place, met.said.place))
        return attributive and bool(relative and last.quoted.keys) and line.participle(met.quoted.place)

    def _copula(self, last: Met, met: Met) -> bool:
        """Whether both say that one is the other: what is asked first may be said last."""
        line = self.lines[met.sentence]
        mine = self.claim.between(last.said.place, met.said.place)
        theirs = range(met.quoted.place + 1, last.quoted.place)
        is_one = any(word in BE for word in mine) and not self.claim.passive(met.said.place)
        return is_one and any(line.words[at] in BE and line.words[at + 1] == "that" for at in theirs)

    def _opens(self, met: Met) -> bool:
        """Whether a quote begins with the phrase a word stands in: "In 2010, …"."""
        line = self.lines[met.sentence]
        start = line.opening(met.quoted.place)
        return met.quoted.place - start <= 3 and line.words[start] in lexicon().prepositions

    def _revoiced(self, last: Met, met: Met) -> bool:
        """Whether a verb is in the passive on one side only, or names its agent there: one of the two, or one near."""
        line = self.lines[last.sentence]
        between = line.between(met.quoted.place, last.quoted.place), self.claim.between(last.said.place, met.said.place)
        if self.claim.has_agent != line.has_agent and any("by" in words for words in between):
            return True
        turned = self.turned(last) or self.turned(met)
        return turned or any(word.stem == quoted.stem for word, quoted in self._in_other_voice(line))

    def turned(self, met: Met) -> bool:
        """Whether a word is a verb in the passive in the claim or in its quote, and not in both."""
        return self.claim.passive(met.said.place) != self.lines[met.sentence].passive(met.quoted.place)

    def exchanged(self, sentence: int) -> bool:
        """Whether active and passive are exchanged between the claim and a sentence."""
        line = self.lines[sentence]
        return self.claim.has_agent != line.has_agent or any(self._in_other_voice(line))

    def _in_other_voice(self, line: Line) -> Iterator[tuple[Word, Word]]:
        """The verbs that are in the passive in the claim or in a line, and not in both."""
        for word in self.claim.content:
            for quoted in line.content:
                verbs = not word.word.endswith(_NOUNS) and not quoted.word.endswith(_NOUNS)
                if verbs and word.meets(quoted) and self.claim.passive(word.place) != line.passive(quoted.place):
                    yield word, quoted
