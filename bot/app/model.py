"""The chat model and what it may cost, made from the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.settings import Settings

# Imported where they are made: a question that no model answers has no use for them.
if TYPE_CHECKING:
    from retrieval.database import Database
    from retrieval.model.budgets import Budgets, Caps
    from retrieval.model.cache import AnswerCache
    from retrieval.model.chat import ChatModel
    from retrieval.model.selecting import ModelSelector
    from retrieval.model.summary import Summariser
    from retrieval.ports import Clock


def model_server(settings: Settings) -> tuple[str | None, str | None]:
    """Key and address of the model server; None for an address is OpenAI's own."""
    key = settings.openai_api_key
    return (key.get_secret_value() if key else None, settings.openai_base_url)


def chat_model(settings: Settings, budgets: Budgets) -> ChatModel:
    """The chat model, within its budgets."""
    from retrieval.model.chat import ChatModel

    return ChatModel.build(settings.proviso_chat_model or "", *model_server(settings), budgets=budgets)


def selector(chat: ChatModel, cache: AnswerCache | None) -> ModelSelector:
    """The selector that asks the chat model."""
    from retrieval.model.selecting import ModelSelector

    return ModelSelector(chat, cache=cache)


def summariser(chat: ChatModel) -> Summariser:
    """The summariser that asks the chat model."""
    from retrieval.model.summary import Summariser

    return Summariser(chat)


def model_budgets(settings: Settings, database: Database, clock: Clock) -> Budgets:
    """What the model may cost. Raises SettingsError for a limit of money without a price."""
    from retrieval.model.budgets import Budgets, Price

    price = Price.parse(settings.proviso_model_price) if settings.proviso_model_price else None
    return Budgets(database, clock, _limits(settings), zone=settings.proviso_zone, price=price)


def kept_answers(settings: Settings, database: Database, clock: Clock) -> AnswerCache | None:
    """Answers kept for the next asker; None where the settings keep none."""
    from retrieval.model.cache import AnswerCache

    days = settings.proviso_answer_cache_days
    return AnswerCache(database, clock, age=timedelta(days=days)) if days else None


def _limits(settings: Settings) -> Caps:
    from retrieval.model.budgets import Caps

    person, everybody = settings.proviso_money_per_person_day, settings.proviso_money_per_day
    if (person is not None or everybody is not None) and not settings.proviso_model_price:
        raise SettingsError(
            "A limit of money is set without PROVISO_MODEL_PRICE. Nothing was asked of the model; set the price of a "
            'million tokens as "IN/OUT", or limit tokens instead.'
        )
    return Caps(
        person_tokens=settings.proviso_tokens_per_person_day,
        tokens=settings.proviso_tokens_per_day,
        person_money=None if person is None else int(person * 1e6),
        money=None if everybody is None else int(everybody * 1e6),
    )


def model_name(model: str) -> str:
    """The name of `openai:NAME` or NAME; raises SettingsError for another provider."""
    provider, _, name = model.rpartition(":")
    if provider not in ("", "openai"):
        raise SettingsError(f"{provider} is not a provider this knows. Nothing was started; write openai:NAME.")
    return name
