"""From a request to what can be done about it: the registry's actions and the checklists, as offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.actions.greetings import greets
from bot.actions.registry import Registry
from bot.actions.routing import Route
from bot.checklists.catalogue import Basis, Catalogue, Checklist
from retrieval.corpus.finders import Places
from retrieval.corpus.passages import Passage
from retrieval.shipped import shipped_yaml
from retrieval.text.patterns import compiled, filled, named, plain
from retrieval.text.places import asked_places
from retrieval.text.wording import normal
from retrieval.types import Offer

DATA = "requests.yaml"
SHOW_CHECKLIST = "checklist.show"
# The checklist whose questions are put to a partner, where a request for questions names no other.
OUTSET = "assessment"
# More than this share of what is quoted must be the basis of a checklist that the question does not name.
MAJORITY = 0.5
_GREETED = ("help", "checklist")
# Log-odds by the vector of a text. From SURE on it is pointed whatever its wording; a form of a request points it
# unless the vector is clearly against it; where the guidance does not cover it, what is as likely ours is offered.
SURE, UNLIKELY, EVEN = 1.5, -2.0, 0.0
# What stands in a pattern for a name: words with a capital inside of a sentence, or a number and what it numbers.
NAME = "someone"
_NAMES = re.compile(
    r"(?<![.?!:] )(?<!^)(?!(?:I|We|The|Our|My|[A-Z]*[A-Z]{2}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|"
    r"February|March|April|May|June|July|August|September|October|November|December)\b)[A-Z][\w'-]*[a-z]\w*"
    r"(?: (?:of )?[A-Z0-9][\w-]*)*|"
    r"\b\d+(?:st|nd|rd|th)?(?= [A-Z]| (?:bn|bde|brigade|battalion|division|company)\b)(?: [A-Z]\w*)*"
)


@dataclass(frozen=True, slots=True)
class Request:
    """A kind of request: the forms it takes in a sentence, and what is offered then."""

    offer: Offer
    forms: tuple[str, ...]

    def meets(self, said: str) -> bool:
        """Whether a text in plain words has one of the forms."""
        return any(compiled(form).search(said) for form in self.forms)


class ActionPointer:
    """Implements `ports.Pointer` on the registry and the checklists, which are read when they are needed."""

    def __init__(
        self,
        registry: Registry,
        catalogue: Callable[[], Catalogue],
        data: Mapping[str, Any] | None = None,
        *,
        route: Callable[[str], Route | None] = lambda _: None,
    ) -> None:
        self._registry = registry
        self._catalogue = catalogue
        self._data = data
        self._route = route

    def point(self, question: str) -> Sequence[Offer]:
        """Where a request leads, best first; empty for a question to the guidance."""
        if greets(question):
            return sorted(
                (request.offer for request in self.requests if request.offer.kind in _GREETED),
                key=lambda offer: _GREETED.index(offer.kind),
            )
        said = masked(question)
        # "What does Rule 8 say?" is a question to a text, whatever its vector is like.
        route = None if asked_places(question) else self._route(said)
        if route is not None and route.odds < UNLIKELY:
            return ()
        met = [request for request in self.requests if request.meets(plain(said))]
        if not met and route is not None and route.odds >= SURE:
            met = [self._usual(route)]
        return _distinct(self._offered(request, question) for request in met)

    def offer(self, question: str, passages: Sequence[Passage]) -> Offer | None:
        """The checklist that rests on some of what is quoted and that the question names, or that rests on most of it;
        where nothing is quoted, the one that the question names, or else what of ours it is likely to ask for. None
        when there is none, or more than one checklist."""
        shares = {checklist.id: _share(checklist, passages) for checklist in self._catalogue().checklists}
        named = [checklist.id for checklist in self._named(question) if not passages or shares[checklist.id] > 0]
        fitting = named or [id_ for id_, share in shares.items() if share > MAJORITY]
        if len(fitting) == 1:
            return self._checklist(fitting[0])
        return None if passages or fitting else self._likely(question)

    def _likely(self, question: str) -> Offer | None:
        """What a text that no document answers asks for of ours, where that is as likely as not."""
        route = None if asked_places(question) else self._route(masked(question))
        return self._usual(route).offer if route is not None and route.odds >= EVEN else None

    def _usual(self, route: Route) -> Request:
        """The request of the likeliest kind that there is whose command needs nothing to be filled in."""
        whole = {request.offer.kind: request for request in reversed(self.requests) if request.offer.command.islower()}
        return whole[next(kind for kind in route.kinds if kind in whole)]

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """The requests in the order of the data. Raises KeyError for an action that the registry does not have."""
        data = self._data or shipped_yaml("bot.actions", DATA)
        parts = named(data["parts"])
        return tuple(self._request(entry, parts) for entry in data["requests"])

    def _request(self, entry: Mapping[str, Any], parts: Mapping[str, str]) -> Request:
        action = self._registry.get(entry["action"])
        offer = Offer(entry["kind"], entry["label"], entry["command"], action.name)
        return Request(offer, tuple(filled(form, parts) for form in entry["forms"]))

    def _offered(self, request: Request, question: str) -> Offer:
        """What a request is offered: one checklist where it means one."""
        meant = self._meant(question) if request.offer.action == SHOW_CHECKLIST else None
        return self._checklist(meant) if meant else request.offer

    def _meant(self, question: str) -> str | None:
        named = self._named(question)
        if named:
            return named[0].id
        # Who asks for questions to put to somebody does not say "checklist".
        known = {checklist.id for checklist in self._catalogue().checklists}
        return OUTSET if "question" in question.casefold() and OUTSET in known else None

    def _named(self, question: str) -> list[Checklist]:
        """The checklists whose id or alias stands in a question, as they are named in it."""
        said = question.casefold()
        places = {checklist.id: _first_place(checklist, said) for checklist in self._catalogue().checklists}
        named = [checklist for checklist in self._catalogue().checklists if places[checklist.id] >= 0]
        return sorted(named, key=lambda checklist: places[checklist.id])

    def _checklist(self, id_: str) -> Offer:
        label = f"Checklist: {self._catalogue().titles()[id_]}"
        return Offer("checklist", label, f"proviso checklist {id_}", SHOW_CHECKLIST, {"topic": id_})


def masked(question: str) -> str:
    """A question in its normal form, with one word for every name: who is meant says nothing of what is asked for."""
    return _NAMES.sub(NAME, normal(question))


def _distinct(offers: Iterable[Offer]) -> list[Offer]:
    """The offers, each action with the same values once."""
    found: dict[tuple[str | None, str], Offer] = {}
    for offer in offers:
        found.setdefault((offer.action, str(offer.values)), offer)
    return list(found.values())


def _first_place(checklist: Checklist, said: str) -> int:
    """Where the id or an alias of a checklist stands in a text; -1 where none does."""
    names = (re.escape(name.casefold()) for name in (checklist.id, *checklist.aliases))
    match = re.search(rf"\b(?:{'|'.join(names)})s?\b", said)
    return match.start() if match else -1


def _share(checklist: Checklist, passages: Sequence[Passage]) -> float:
    """The share of the passages that an item of the checklist rests on."""
    bases = [basis for item in checklist.items if not isinstance(item.basis, str) for basis in item.basis]
    found = sum(any(_rests_on(basis, passage) for basis in bases) for passage in passages)
    return found / len(passages) if passages else 0.0


def _rests_on(basis: Basis, passage: Passage) -> bool:
    """Whether a basis names the passage's document (or the original of a digest) and a place in the passage."""
    source = passage.source
    if normal(basis.source) not in {normal(title) for title in (source.title, source.digest_of) if title}:
        return False
    # What a digest says without a place of its original is at none of the original's places.
    there = Places([passage]).at(basis.locator) if basis.locator else ()
    return basis.locator is None or any(sentence.locator or not source.digest_of for _, _, sentence in there)
