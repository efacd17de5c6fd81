"""Colours of the web as red, green and blue, and whether two of them can be told apart."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

NAMED: dict[str, Colour] = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245),
    "silver": (192, 192, 192), "gray": (128, 128, 128), "grey": (128, 128, 128), "black": (0, 0, 0),
    "maroon": (128, 0, 0), "red": (255, 0, 0), "purple": (128, 0, 128), "fuchsia": (255, 0, 255), "green": (0, 128, 0),
    "lime": (0, 255, 0), "olive": (128, 128, 0), "yellow": (255, 255, 0), "navy": (0, 0, 128), "blue": (0, 0, 255),
    "teal": (0, 128, 128), "aqua": (0, 255, 255), "orange": (255, 165, 0),
}  # fmt: skip
HEX = re.compile(r"#([0-9a-f]{3,8})")
FUNCTION = re.compile(r"rgba?\(([^()]{1,60})\)")
CLEAR = re.compile(r"rgba\([^()]{1,60}[,/](?:0?\.)?0+%?\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00")
# Colours that differ by no more than this in each part look the same.
ALIKE = 10


def colour(text: str) -> Colour | None:
    """The colour; None for one that is not known, or lets the ground be seen."""
    text = text.strip().lower()
    if found := HEX.fullmatch(text):
        return _of_hex(found[1])
    if found := FUNCTION.fullmatch(text):
        parts = re.findall(r"[\d.]+", found[1])
        if len(parts) < 3 or "%" in found[1] or (len(parts) > 3 and float(_digits(parts[3])) < 1):
            return None
        red, green, blue = (min(255, int(float(_digits(part)))) for part in parts[:3])
        return red, green, blue
    return NAMED.get(text)


def is_clear(text: str) -> bool:
    """Whether nothing is painted in this colour."""
    text = "".join(text.lower().split())
    return text == "transparent" or CLEAR.fullmatch(text) is not None


def alike(one: Colour, other: Colour) -> bool:
    """Whether nobody can tell one from the other."""
    return all(abs(a - b) <= ALIKE for a, b in zip(one, other, strict=True))


def _of_hex(digits: str) -> Colour | None:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in (6, 8) or (len(digits) == 8 and digits[6:] != "ff"):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _digits(text: str) -> str:
    return text if re.fullmatch(r"\d{1,9}(?:\.\d*)?|\.\d+", text) else "0"
