"""The table of everything that can be done."""

from __future__ import annotations

from bot.actions import answers, asking, checklists, feedback, nudges, partners, sources
from bot.actions import help as guide
from bot.actions.arguments import Argument
from bot.actions.registry import Action, Registry, Surface

_TYPED: frozenset[Surface] = frozenset({"slash", "cli"})
_CARD = (
    Argument("occurrence_id", "The occurrence the card is about.", required=True),
    Argument("version", "Its version when the card was shown.", "whole", required=True),
    Argument("stage", "The stage at which the card was posted.", required=True),
)
_FORM_OF_CARD: frozenset[Surface] = frozenset({"button", "form"})

REGISTRY = Registry(
    [
        Action(
            "ask",
            "privately",
            "Ask a question; you alone see the answer, and may share it in the channel.",
            asking.ask,
            frozenset({"slash", "button"}),
            (Argument("question", "What you want to know.", "line"),),
            default=True,
            example="/ask When should support be suspended?",
        ),
        Action(
            "checklist",
            "show",
            "Look a checklist up by its name, or by words about it; without a topic, see what there is.",
            checklists.show,
            _TYPED | {"button"},
            (Argument("topic", "The checklist's name, or words about it."),),
            default=True,
            example="/checklist assessment",
        ),
        Action(
            "partner",
            "add",
            "Add a partner to the register. A form asks for what you leave out.",
            partners.add,
            _TYPED | {"form", "button"},
            (
                Argument("name", "The partner's name; in quotation marks if it has several words.", required=True),
                Argument("focal", "Who is nudged (@person).", "person"),
                Argument("channel", "Where nudges are posted (#channel).", "channel", required=True),
                Argument("zone", "The partner's time zone, such as Europe/Brussels.", "zone"),
                Argument("every", "How many units between two assessments.", "whole", required=True),
                Argument("unit", "days or months.", "unit"),
                Argument("first_due", "The local date of the outset assessment (YYYY-MM-DD).", "day"),
            ),
            who="insiders",
            form=partners.add_form,
            example='/partner add "4th Brigade" 6 months',
        ),
        Action(
            "partner",
            "list",
            "List the partners, what is due first on top.",
            partners.list_,
            _TYPED | {"button"},
            who="insiders",
            example="/partner list",
        ),
        Action(
            "partner",
            "show",
            "Show one partner: what is due, who looks after it, what was last concluded.",
            partners.show,
            _TYPED,
            (Argument("name", "The partner's name.", required=True),),
            who="insiders",
            example="/partner show 4th Brigade",
        ),
        Action(
            "question",
            "try",
            "Ask the example of the help.",
            guide.try_question,
            frozenset({"button"}),
            (Argument("question", "The example.", required=True),),
        ),
        Action(
            "proviso",
            "help",
            "Show this help.",
            guide.show,
            frozenset({"slash", "button"}),
            example="/proviso help",
        ),
        Action(
            "proviso",
            "sources",
            "See which documents answers are quoted from.",
            sources.show,
            frozenset({"slash", "button"}),
            example="/proviso sources",
        ),
        Action(
            "nudge",
            "acknowledge",
            "Say that you have seen a nudge.",
            nudges.acknowledge,
            frozenset({"button"}),
            _CARD,
            who="insiders",
        ),
        Action(
            "nudge",
            "snooze",
            "Put nudges about an assessment off to a date.",
            nudges.snooze,
            _FORM_OF_CARD,
            (
                *_CARD,
                Argument("until", "The local date before which nothing is posted.", "day", required=True),
                Argument("reason", "Why it has to wait."),
            ),
            who="insiders",
            form=nudges.snooze_form,
        ),
        Action(
            "nudge",
            "record",
            "Record an assessment.",
            nudges.record,
            _FORM_OF_CARD,
            (
                *_CARD,
                Argument("conclusion", "continue, continue with measures, suspend or end.", required=True),
                Argument("note", "Reasons, and measures agreed."),
            ),
            who="insiders",
            form=nudges.record_form,
        ),
        Action(
            "feedback",
            "helpful",
            "Say that an answer helped.",
            feedback.helpful,
            frozenset({"button"}),
            (Argument("reference", "The answer.", required=True),),
        ),
        Action(
            "feedback",
            "unhelpful",
            "Say that an answer did not help, and why.",
            feedback.unhelpful,
            _FORM_OF_CARD,
            (
                Argument("reference", "The answer.", required=True),
                Argument("reason", "missing, beside, misleading or unreadable."),
                Argument("remark", "What was wrong, in words."),
            ),
            form=feedback.form,
        ),
        Action(
            "passage",
            "show",
            "Show the passage a source of an answer rests on.",
            answers.show_passage,
            frozenset({"button"}),
        ),
    ]
)
