"""The search of LangChain with Chroma, of LlamaIndex and of haiku.rag, over the same documents by the same embedder."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any
from unittest.mock import patch

from retrieval.embedding.local import LocalEmbedder

K = 10
TOKENS = 256
GAP = "\n\n"
HEADING = re.compile(r"(#+) +(.*)")

# A paragraph of a file.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, and the places it stands for: itself, or for a statement of a digest what it sums up."""

    text: str
    places: frozenset[Place]


@dataclass(frozen=True)
class Document:
    """A file as the peers are given it: its paragraphs as the product counts them, without front matter and marks."""

    name: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The paragraphs with an empty line between two."""
        return GAP.join(block.text for block in self.blocks)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where in the text each paragraph begins."""
        return tuple(accumulate((len(block.text) + len(GAP) for block in self.blocks), initial=0))[:-1]

    def within(self, start: int, end: int) -> frozenset[Place]:
        """What stands, at least in part, between two offsets of the text."""
        held = (
            block.places
            for begin, block in zip(self.starts, self.blocks, strict=True)
            if begin < end and start < begin + len(block.text)
        )
        return frozenset().union(*held)


@dataclass(frozen=True, slots=True)
class Found:
    """A result: the places it holds, and how long it is."""

    places: frozenset[Place]
    characters: int


# Questions to the results of each, best first.
Search = Callable[[Sequence[str]], list[list[Found]]]


def langchain_chroma(documents: Sequence[Document], embedder: LocalEmbedder, _: Path) -> Search:
    """LangChain's recursive splitter (1,000 characters, 200 shared) and its Chroma store."""
    from chromadb import EphemeralClient
    from chromadb.config import Settings
    from langchain_chroma import Chroma
    from langchain_core.documents import Document as Text
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Ours(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    named = {document.name: document for document in documents}
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    texts = splitter.split_documents([Text(d.text, metadata={"name": d.name}) for d in documents])
    client = EphemeralClient(Settings(anonymized_telemetry=False))
    store = Chroma.from_documents(texts, Ours(), client=client, collection_metadata={"hnsw:space": "cosine"})

    def found(text: Text) -> Found:
        start, length = text.metadata["start_index"], len(text.page_content)
        return Found(named[text.metadata["name"]].within(start, start + length), length)

    return lambda questions: [[found(t) for t in store.similarity_search(question, k=K)] for question in questions]


def llama_index(documents: Sequence[Document], embedder: LocalEmbedder, _: Path) -> Search:
    """LlamaIndex's sentence splitter (256 tokens, 20 shared) and its vector index in memory."""
    from llama_index.core import Document as Text
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.schema import NodeWithScore

    class Ours(BaseEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed(texts).tolist()

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    named = {document.name: document for document in documents}
    nodes = SentenceSplitter(chunk_size=TOKENS, chunk_overlap=20).get_nodes_from_documents(
        [Text(text=document.text, doc_id=document.name) for document in documents]
    )
    retriever = VectorStoreIndex(nodes, embed_model=Ours()).as_retriever(similarity_top_k=K)

    def found(result: NodeWithScore) -> Found:
        node: Any = result.node
        return Found(named[node.ref_doc_id].within(node.start_char_idx, node.end_char_idx), len(node.text))

    return lambda questions: [[found(node) for node in retriever.retrieve(question)] for question in questions]


def haiku_rag(documents: Sequence[Document], embedder: LocalEmbedder, home: Path) -> Search:
    """haiku.rag's hybrid chunks (256 tokens) and hybrid search, of documents as Docling would take them apart."""
    return lambda questions: asyncio.run(_haiku(documents, embedder, home / "haiku.lancedb", questions))


async def _haiku(
    documents: Sequence[Document], embedder: LocalEmbedder, place: Path, questions: Sequence[str]
) -> list[list[Found]]:
    os.environ.setdefault("LOGFIRE_IGNORE_NO_CONFIG", "1")
    from haiku.rag.client import HaikuRAG
    from haiku.rag.config.models import AppConfig, EmbeddingModelConfig, EmbeddingsConfig
    from haiku.rag.embeddings import EmbedderWrapper
    from haiku.rag.store.models.chunk import SearchResult

    class Ours(EmbedderWrapper):
        async def _embed_query(self, text: str) -> list[float]:
            return embedder.embed([text])[0].tolist()

        async def _embed_documents(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed(texts).tolist()

    named = {document.name: document for document in documents}
    # Stands in its database alone: what embeds is set below, and no server is asked.
    model = EmbeddingModelConfig(
        provider="openai",
        name="all-MiniLM-L6-v2",
        vector_dim=embedder.dimensions,
        base_url="http://127.0.0.1:9/v1",
        api_key="none",
    )

    def found(result: SearchResult) -> Found:
        blocks = named[result.document_uri or ""].blocks
        numbers = [int(ref.rsplit("/", 1)[1]) for ref in result.chunk_meta["doc_item_refs"]]
        return Found(frozenset().union(*(blocks[n].places for n in numbers)), len(result.content))

    config = AppConfig(embeddings=EmbeddingsConfig(model=model))
    ours = patch("haiku.rag.store.engine.get_embedder", lambda config: Ours(None, embedder.dimensions))
    async with AsyncExitStack() as stack:
        stack.enter_context(ours)
        client = await stack.enter_async_context(HaikuRAG(place, config=config, create=True))
        for document in documents:
            parts, chunks = _docling(document, embedder)
            await client.import_document(parts, chunks, uri=document.name, title=document.name)
        return [[found(result) for result in await client.search(question, limit=K)] for question in questions]


def _docling(document: Document, embedder: LocalEmbedder) -> tuple[Any, list[Any]]:
    """The document in Docling's form, a text a paragraph, and haiku.rag's chunks of it."""
    from docling_core.transforms.chunker.hybrid_chunker import HybridChunker
    from docling_core.transforms.chunker.tokenizer.base import BaseTokenizer
    from docling_core.types.doc import DocItemLabel, DoclingDocument
    from haiku.rag.store.models.chunk import Chunk, ChunkMetadata

    class Ours(BaseTokenizer):
        def count_tokens(self, text: str) -> int:
            return embedder.count(text)

        def get_max_tokens(self) -> int:
            return TOKENS

        def get_tokenizer(self) -> Any:
            return embedder.count

    parts = DoclingDocument(name=document.name)
    for block in document.blocks:
        if heading := HEADING.fullmatch(block.text):
            parts.add_heading(heading[2], level=len(heading[1]))
        else:
            parts.add_text(DocItemLabel.TEXT, block.text)
    chunks = [
        Chunk(
            content=chunk.text,
            metadata=ChunkMetadata(
                doc_item_refs=[item.self_ref for item in chunk.meta.doc_items], headings=chunk.meta.headings
            ).model_dump(),
            order=order,
        )
        for order, chunk in enumerate(HybridChunker(tokenizer=Ours(), merge_peers=True).chunk(parts))
    ]
    return parts, chunks
