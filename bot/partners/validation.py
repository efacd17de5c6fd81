"""Check names, time zones, cadences, notes and dates. Errors say what is wrong and what to do."""

from __future__ import annotations

import difflib
import unicodedata
from datetime import date

from bot.errors import UserError
from bot.reminders.rules import LONGEST_DAYS, LONGEST_MONTHS, Cadence, Unit, parse_cadence, zones

LONGEST_NAME = 80
LONGEST_NOTE = 2000


def partner_name(text: str) -> str:
    """Return the name with single spaces. Raises UserError when it is empty, too long or has invisible characters."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise UserError("A partner needs a name. Nothing was changed; give one, such as “Northern Border Guard”.")
    if len(name) > LONGEST_NAME:
        raise UserError(
            f"That name has {len(name)} characters, and {LONGEST_NAME} are the most. "
            "Nothing was changed; use a shorter one."
        )
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise UserError("That name holds characters that cannot be seen. Nothing was changed; type it anew.")
    return name


def name_key(name: str) -> str:
    """Return the form in which names are compared. Case, width and spacing make no difference."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def zone_name(text: str) -> str:
    """Return the zone as the time zone database spells it. Raises UserError, which suggests similar zones."""
    wanted = text.strip().replace(" ", "_")
    by_fold = {zone.casefold(): zone for zone in zones()}
    if wanted.casefold() in by_fold:
        return by_fold[wanted.casefold()]
    near = near_zones(wanted)
    advice = f"did you mean {' or '.join(near)}?" if near else "use a name such as Europe/Berlin or UTC."
    raise UserError(f"There is no time zone “{text.strip()}”. Nothing was changed; {advice}")


def near_zones(wanted: str) -> list[str]:
    """Return up to three zones similar to what was typed, comparing the city first."""
    by_city: dict[str, str] = {}
    for zone in sorted(zones(), key=lambda z: (z.count("/") != 1, z)):
        by_city.setdefault(zone.rpartition("/")[2].casefold(), zone)
    city = wanted.rpartition("/")[2].casefold()
    found = [by_city[c] for c in difflib.get_close_matches(city, by_city, n=3, cutoff=0.75)]
    return found or difflib.get_close_matches(wanted, sorted(zones()), n=3, cutoff=0.7)


def cadence(text: str, zone: str, warn_days: int) -> Cadence:
    """Parse a cadence such as "180 days" or "6 months" for a zone. Raises UserError."""
    try:
        every, unit = parse_cadence(text)
    except ValueError:
        raise UserError(
            f"“{text.strip()}” is not a cadence. Nothing was changed; write it like “180 days” or “6 months”."
        ) from None
    if every < 1:
        raise UserError(
            f"A cadence of {every} {unit} is less than a day. Nothing was changed; the shortest is “1 day”."
        )
    longest = LONGEST_DAYS if unit == "days" else LONGEST_MONTHS
    if every > longest:
        raise UserError(
            f"A cadence of {every} {unit} is too long. Nothing was changed; the longest is “{longest} {unit}”."
        )
    return Cadence(every, unit, zone, warn_days=min(warn_days, _most_warning(every, unit)))


def note(text: str | None) -> str | None:
    """Return the note without surrounding blanks; None when it is empty. Raises UserError when it is too long."""
    stripped = (text or "").strip()
    if len(stripped) > LONGEST_NOTE:
        raise UserError(
            f"That note has {len(stripped)} characters, and {LONGEST_NOTE} are the most. "
            "Nothing was changed; shorten it, or keep the long form elsewhere and name it here."
        )
    return stripped or None


def not_past(day: date, today: date) -> date:
    """Return the day. Raises UserError when it is before today."""
    if day < today:
        raise UserError(f"{day} has passed. Nothing was changed; choose {today} or later.")
    return day


def _most_warning(every: int, unit: Unit) -> int:
    # With a short cadence, the warning comes no earlier than halfway between two dates.
    return every // 2 if unit == "days" else every * 14
