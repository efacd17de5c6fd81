"""A model that chooses sentences: it replies with ids, and what is shown are the sentences of the sources."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence

from prompts.loading import load
from retrieval.answers.questions import Asked
from retrieval.corpus.passages import Passage
from retrieval.model.blocks import passage_blocks, question_block, sentence_ids
from retrieval.model.cache import AnswerCache
from retrieval.model.chat import ChatModel
from retrieval.model.forms import SELECTION, SelectionReply
from retrieval.model.outcomes import TELLINGS, ModelFailure
from retrieval.ports import Failure, Selected, Selection

logger = logging.getLogger(__name__)

PASSAGES_OFFERED = 8
IDS_A_PART = 8
_ID = re.compile(r"\W*(S\d+\.\d+)\W*", re.IGNORECASE)


class ModelSelector:
    """Chooses sentences among the passages found, and words nothing. Whatever the server does, an end comes within the
    deadline."""

    def __init__(self, chat: ChatModel, *, cache: AnswerCache | None = None) -> None:
        template = load("select")
        self.chat = chat
        self.name = chat.name
        self._cache = cache
        self._request = chat.request(template, SELECTION)
        self._asked_with = f"{chat.name}, prompt {template.version}"

    def select(self, asked: Asked, passages: Sequence[Passage], generation: str) -> Selection | Failure:
        """The sentences that were chosen for this question before, or else that the model chooses now."""
        offered = passages[:PASSAGES_OFFERED]
        key = self._cache.key(asked, generation, self._asked_with) if self._cache and generation else None
        selection = self._cache.find(key, offered) if self._cache and key else None
        if selection is not None:
            logger.info("model: selection kept from before")
            return selection
        try:
            selection = self._chosen(asked, offered)
        except ModelFailure as failure:
            return Failure(failure.outcome, TELLINGS[failure.outcome].note)
        if self._cache and key:
            self._cache.keep(key, generation, selection)
        return selection

    def _chosen(self, asked: Asked, offered: Sequence[Passage]) -> Selection:
        """What the model chooses. Raises ModelFailure: unknown_ids where it claims an answer and points at none."""
        reply, sent = self._reply(asked, offered)
        if not reply.covered:
            return Selection()
        chosen = tuple(_selected(reply, sentence_ids(sent), len(asked.parts)))
        if not chosen:
            logger.info("model: unknown_ids")
            raise ModelFailure("unknown_ids")
        logger.info("model: %d sentences chosen", len(chosen))
        return Selection(chosen)

    def _reply(self, asked: Asked, offered: Sequence[Passage]) -> tuple[SelectionReply, Sequence[Passage]]:
        """The reply, and the passages it was given for: the better half where all were too long for the model."""
        with self.chat.meter(asked.asker) as meter:
            try:
                return meter.ask(self._request, _values(asked, offered)), offered
            except ModelFailure as failure:
                if failure.outcome != "too_long" or len(offered) < 2:
                    raise
            half = offered[: len(offered) // 2]
            return meter.ask(self._request, _values(asked, half)), half


def _values(asked: Asked, offered: Sequence[Passage]) -> dict[str, str]:
    return {"question": question_block(asked), "passages": passage_blocks(offered)}


def _selected(reply: SelectionReply, known: Mapping[str, tuple[Passage, int]], parts: int) -> Iterator[Selected]:
    """The sentences that there are, each once in a part; a part that was not asked is passed over."""
    ids: dict[int, dict[str, None]] = {number: {} for number in range(1, parts + 1)}
    for part in reply.parts:
        found = (_ID.fullmatch(name) for name in part.sentences)
        ids.get(part.part, {}).update((each[1].upper(), None) for each in found if each and each[1].upper() in known)
    for number, names in ids.items():
        for name in list(names)[:IDS_A_PART]:
            yield Selected(number, *known[name])
