"""Which language a question is in. A short text, and one that could be in several, counts as English."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
OTHER = "another language"
# With fewer words the identifier takes English for Estonian or Spanish; of 650 longer questions it took none.
LEAST_WORDS = 4
LEAST_PROBABILITY = 0.99
# No English question is mostly in letters past this one, however short it is.
LAST_LATIN_LETTER = "\u024f"
_NAMES = """
    af Afrikaans;am Amharic;an Aragonese;ar Arabic;as Assamese;az Azerbaijani;be Belarusian;bg Bulgarian;bn Bengali;
    br Breton;bs Bosnian;ca Catalan;cs Czech;cy Welsh;da Danish;de German;dz Dzongkha;el Greek;eo Esperanto;es Spanish;
    et Estonian;eu Basque;fa Persian;fi Finnish;fo Faroese;fr French;ga Irish;gl Galician;gu Gujarati;he Hebrew;
    hi Hindi;hr Croatian;ht Haitian Creole;hu Hungarian;hy Armenian;id Indonesian;is Icelandic;it Italian;ja Japanese;
    jv Javanese;ka Georgian;kk Kazakh;km Khmer;kn Kannada;ko Korean;ku Kurdish;ky Kyrgyz;la Latin;lb Luxembourgish;
    lo Lao;lt Lithuanian;lv Latvian;mg Malagasy;mk Macedonian;ml Malayalam;mn Mongolian;mr Marathi;ms Malay;mt Maltese;
    nb Norwegian;ne Nepali;nl Dutch;nn Norwegian;no Norwegian;oc Occitan;or Odia;pa Punjabi;pl Polish;ps Pashto;
    pt Portuguese;qu Quechua;ro Romanian;ru Russian;rw Kinyarwanda;se Northern Sami;si Sinhala;sk Slovak;sl Slovenian;
    sq Albanian;sr Serbian;sv Swedish;sw Swahili;ta Tamil;te Telugu;th Thai;tl Tagalog;tr Turkish;ug Uyghur;
    uk Ukrainian;ur Urdu;vi Vietnamese;vo Volapük;wa Walloon;xh Xhosa;zh Chinese;zu Zulu
"""


def language_of(question: str) -> str | None:
    """The name of the language a question is in when that is plainly not English; None otherwise."""
    letters = [letter for letter in question if letter.isalpha()]
    foreign = sum(letter > LAST_LATIN_LETTER for letter in letters) > len(letters) / 2
    if not foreign and len(question.split()) < LEAST_WORDS:
        return None
    code, probability = _identifier().classify(question)
    if foreign:
        return _names().get(code, OTHER) if code != ENGLISH else OTHER
    return _names().get(code, OTHER) if code != ENGLISH and probability >= LEAST_PROBABILITY else None


@cache
def _identifier() -> LanguageIdentifier:
    """The model that ships with py3langid: 50 ms and 11 MB, so it is loaded for the first question that needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


@cache
def _names() -> dict[str, str]:
    entries = (entry.strip().partition(" ") for entry in _NAMES.split(";"))
    return {code: name for code, _, name in entries}
