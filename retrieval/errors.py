"""What can go wrong in retrieval. A class's docstring is its default message, and ends with the next step."""

from __future__ import annotations

import inspect


class RetrievalError(Exception):
    """The index could not be used. Nothing was changed; run `proviso doctor` to see why."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class ModelMissing(RetrievalError):
    """The local embedding model is not installed. Search goes on by words alone; install Proviso again."""


class ModelDamaged(RetrievalError):
    """The local embedding model is not the official one. Search goes on by words alone; install Proviso again."""


class EmbeddingUnavailable(RetrievalError):
    """The embedding server does not answer. What was indexed is kept; try again in a while."""


class EmbeddingRefused(RetrievalError):
    """The embedding server refused the request. What was indexed is kept; check the key and the model's name."""


class SourceUnknown(RetrievalError):
    """There is no such source. Nothing was changed; `proviso sources` lists those there are."""


class DecisionRefused(RetrievalError):
    """That decision about a source makes no sense. Nothing was changed; `proviso sources` lists how each stands."""


class FinderRefused(RetrievalError):
    """That finder cannot be kept. Nothing was changed; name a source, a place in it and a line."""


class GenerationUnknown(RetrievalError):
    """No generation of that name was published. Nothing was changed; `proviso sources changes` names the last two."""


class IndexBusy(RetrievalError):
    """Another process is building the index. What was read is kept; run the same command again once it is done."""


class IndexDamaged(RetrievalError):
    """An index failed its probe. The one before it stays in use; run `proviso ingest` again to build anew."""


class IndexGone(RetrievalError):
    """An index generation was swept while it was in use. Nothing was lost; ask again."""


class IndexUnavailable(RetrievalError):
    """The Chroma server does not answer. Search goes on by words alone; start it, or unset CHROMA_URL."""
