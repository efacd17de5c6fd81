"""The registry of verbs. Slash commands, buttons, forms, the command line, help and the manifest derive from it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bot.actions.arguments import Argument, UsageError, check_length, read
from bot.actions.directory import Directory, NoDirectory
from bot.errors import NotAllowed
from bot.views.nudges.model import CardRef
from bot.views.view import View
from retrieval.corpus.authority import AGED_AFTER_YEARS

if TYPE_CHECKING:
    from bot.checklists.catalogue import Catalogue
    from bot.conversations.feedback import Feedback
    from retrieval.database import Database
    from retrieval.search.retriever import HybridRetriever

# The command that every action also follows: another app may own the others in a workspace.
HOME = "proviso"

Surface = Literal["slash", "button", "form", "cli"]
Who = Literal["anyone", "insiders"]


@dataclass(frozen=True)
class Actor:
    """Who acts: a workspace by our id, a person by Slack's."""

    team_id: str
    slack_user: str


@dataclass(frozen=True)
class Services:
    """The collaborators handlers work with.

    `zone` is that of a partner added without one; sources are flagged from `aged_after` years on.
    `feedback` is None where nobody is asked what they think of an answer.
    """

    database: Database
    catalogue: Catalogue
    searcher: HybridRetriever
    zone: str = "UTC"
    aged_after: int = AGED_AFTER_YEARS
    feedback: Feedback | None = None


@dataclass(frozen=True)
class Context:
    """One call: who, where, when, and with what.

    `card` is the posted card it was done on, which is to show what came of it. `inside` tells whether the register may
    be shown to this actor in a channel (None: nowhere in particular), and `reached` whether messages can be posted in
    a channel, as far as is known.
    """

    services: Services
    actor: Actor
    now: datetime
    registry: Registry
    channel: str | None = None
    card: CardRef | None = None
    inside: Callable[[str | None], bool] = field(default=lambda _channel: True)
    reached: Callable[[str], bool] = field(default=lambda _channel: True)
    directory: Directory = field(default_factory=NoDirectory)


Handler = Callable[..., View]
FormMaker = Callable[..., View]


@dataclass(frozen=True)
class Action:
    """Something that can be done. `form` makes the form that asks for what the handler needs.

    `who`: "insiders" means full members of this workspace, in a channel that no other organisation shares.
    `default`: the verb may be left out.
    """

    noun: str
    verb: str
    summary: str
    handler: Handler
    surfaces: frozenset[Surface]
    arguments: tuple[Argument, ...] = ()
    who: Who = "anyone"
    form: FormMaker | None = None
    default: bool = False
    example: str | None = None

    @property
    def name(self) -> str:
        """Also the action id of its button and the callback id of its form."""
        return f"{self.noun}.{self.verb}"

    @property
    def line(self) -> str | None:
        """The name of the argument that takes everything that is typed; None when the action has none of that kind."""
        return next((argument.name for argument in self.arguments if argument.kind == "line"), None)

    @property
    def usage(self) -> str:
        """How it is typed in Slack."""
        return self.usage_after(f"/{self.noun}")

    @property
    def usage_at_home(self) -> str:
        """How it is typed after the one command that is ours in every workspace."""
        return self.usage_after(home_command(self.noun))

    def usage_after(self, command: str) -> str:
        """How it is typed after a command that leads to its noun."""
        verb = () if self.default else (self.verb,)
        # A form asks for the rest, so help names the first alone.
        arguments = self.arguments if self.form is None else optional(self.arguments[:1])
        return " ".join([command, *verb, *(argument.usage for argument in arguments)])


@dataclass(frozen=True)
class Call:
    """An action and what it was called with."""

    action: Action
    values: Mapping[str, Any]


class Registry:
    """Every action, by noun and verb."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.actions = tuple(actions)
        self._named = {action.name: action for action in self.actions}
        if len(self._named) != len(self.actions):
            raise ValueError("two actions have the same noun and verb")

    def get(self, name: str) -> Action:
        """The action of a name such as "partner.add"; raises KeyError."""
        return self._named[name]

    def on(self, surface: Surface) -> list[Action]:
        """The actions of one surface, in the order of the registry."""
        return [action for action in self.actions if surface in action.surfaces]

    def nouns(self, surface: Surface) -> dict[str, list[Action]]:
        """The same by noun."""
        found: dict[str, list[Action]] = {}
        for action in self.on(surface):
            found.setdefault(action.noun, []).append(action)
        return found

    def parse(self, noun: str, text: str) -> Call:
        """What was typed after a slash command; raises UsageError, whose message shows how it is typed."""
        first, rest = _first_word(text)
        if noun == HOME and first in self.nouns("slash"):
            return self._parse(first, rest, home_command(first))
        return self._parse(noun, text, f"/{noun}")

    def _parse(self, noun: str, text: str, command: str) -> Call:
        verbs = {action.verb: action for action in self.nouns("slash").get(noun, [])}
        taking = next((action for action in verbs.values() if action.line), None)
        if taking and taking.line and not self._help(*_first_word(text)):
            return Call(taking, {taking.line: text.strip()})
        check_length(text)
        first, rest = _first_word(text)
        action = verbs.get(first) or self._help(first or ("help" if noun == HOME else ""), rest)
        if action is None:
            alone = not first and len(verbs) == 1
            action, rest = next((a for a in verbs.values() if a.default or alone), None), text
        if action is None:
            raise UsageError(self._unknown(noun, text, command))
        try:
            # With a form to come, nothing is required of what is typed before it.
            return Call(action, read(rest, optional(action.arguments) if action.form else action.arguments))
        except UsageError as error:
            raise UsageError(f"{error} Type `{action.usage_after(command)}`{_example(action, command)}.") from None

    def run(self, context: Context, call: Call) -> View:
        """Do it; raises NotAllowed where the register may not be shown, and what the handler raises."""
        self._admit(context, call.action)
        return call.action.handler(context, **call.values)

    def ask(self, context: Context, call: Call) -> View:
        """The form of an action, prefilled with what is known."""
        self._admit(context, call.action)
        if call.action.form is None:
            return call.action.handler(context, **call.values)
        return call.action.form(context, **call.values)

    def _help(self, first: str, rest: str) -> Action | None:
        """Help, whatever command it is asked of."""
        asked = first == "help" and not rest.strip()
        return next((a for a in self.on("slash") if a.verb == "help"), None) if asked else None

    def _admit(self, context: Context, action: Action) -> None:
        if action.who == "insiders" and not context.inside(context.channel):
            raise NotAllowed(
                "The register is not shown to guests, nor in a channel that another organisation shares, nor where I "
                "cannot tell. Nothing was changed; ask in a direct message to me or in a channel of your own."
            )

    def _unknown(self, noun: str, text: str, command: str) -> str:
        typed = text.split(maxsplit=1)[0] if text.strip() else ""
        said = f"`{command}` does not know “{typed}”." if typed else f"`{command}` needs to know what to do."
        actions = self.on("slash") if noun == HOME else self.nouns("slash").get(noun, [])
        meant = _near(typed, actions, noun, command)
        hint = f" Did you mean {' or '.join(f'`{way}`' for way in meant)}?" if meant else ""
        usages = [a.usage_at_home if noun == HOME else a.usage_after(command) for a in actions]
        return f"{said}{hint} Nothing was changed. You can type {', '.join(f'`{usage}`' for usage in usages)}."


def home_command(noun: str) -> str:
    """What leads to a noun in a workspace where its own command belongs to another app."""
    return f"/{HOME}" if noun == HOME else f"/{HOME} {noun}"


def _near(typed: str, actions: Iterable[Action], noun: str, command: str) -> list[str]:
    """What may have been meant: verbs, and after the command that reaches everything, nouns too."""
    ways: dict[str, str] = {}
    for action in actions:
        before = command if action.noun == noun else home_command(action.noun)
        if noun == HOME:
            ways.setdefault(action.noun, home_command(action.noun))
        if not action.default:
            ways.setdefault(action.verb, f"{before} {action.verb}")
    close = difflib.get_close_matches(typed.casefold(), [word for word in ways if word != HOME], 1, 0.6)
    return [ways[word] for word in close]


def _first_word(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition(" ")
    return first.casefold(), rest


def optional(arguments: Iterable[Argument]) -> tuple[Argument, ...]:
    """The same arguments, none of them required."""
    return tuple(replace(argument, required=False) for argument in arguments)


def _example(action: Action, command: str) -> str:
    if not action.example:
        return ""
    return f", for example `{command}{action.example.removeprefix(f'/{action.noun}')}`"
