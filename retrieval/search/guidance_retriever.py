"""The index as a LangChain retriever, for any LangChain program."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.corpus.passages import PUBLIC, Scope
from retrieval.corpus.records import source_to_json
from retrieval.types import Hit


class GuidanceRetriever(BaseRetriever):
    """Finds the `k` best passages for a query, within `scope`, in the generation that answers now.

    `searcher` is a HybridRetriever. A Document's text is the passage's, verbatim; its metadata holds what is
    known of passage_id, section, page, paragraphs, note, score, generation, and every field of the source.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Any
    k: int = 10
    scope: Scope = PUBLIC

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        results = self.searcher.search(query, self.k, self.scope)
        return [to_document(hit, results.generation) for hit in results.hits]


def to_document(hit: Hit, generation: str) -> Document:
    """A hit as LangChain knows documents; what is unknown is left out of the metadata."""
    passage = hit.passage
    known: dict[str, Any] = {
        "passage_id": passage.passage_id,
        "section": passage.section,
        "page": passage.page,
        "paragraphs": list(passage.paragraphs) or None,
        "note": passage.note,
        "score": hit.score,
        "generation": generation,
    }
    metadata = source_to_json(passage.source) | {name: value for name, value in known.items() if value is not None}
    return Document(id=passage.passage_id, page_content=passage.text, metadata=metadata)
