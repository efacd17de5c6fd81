"""What a sentence needs around it, told from its wording: the one before, the one after, or whose view it is. Pure."""

from __future__ import annotations

import re

from retrieval.text.wording import normal

# Openings that carry on from the sentence before.
_CONNECTIVE = re.compile(
    r"(?:and|but|so|yet|thus|hence|still|or|nor|also|then|however|therefore|moreover|furthermore|otherwise|instead|"
    r"rather|besides|additionally|similarly|likewise|conversely|consequently|accordingly|nevertheless|nonetheless|"
    r"even so|even then|if so|if not|as such|that said|(?:more |most )?importantly|in addition|for example|"
    r"for instance|in other words|by contrast|in contrast|on the contrary|on the other hand|in particular|"
    r"for this reason|as a result|by the same token|at the same time|afterwards|later|since then|until then|"
    r"the (?:only )?exceptions?|exceptions?|exempt|yes|no(?=,)|not so|wrong|false|incorrect)\b[,:]?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:it|its|they|them|their|theirs|he|him|his|she|her|both|neither|(?:the )?former|(?:the )?latter|doing so|"
    r"to do so|the same|(?:the )?others?|none of (?:it|this|these|them)|all of (?:it|this|these|them)|"
    r"(?:one|two|some|most|each|either) of (?:these|them)|here|there(?! (?:is|are|was|were|has|have|will|may|must|"
    r"should|can|remains?|exists?)\b))\b",
    re.IGNORECASE,
)
_DEMONSTRATIVE = re.compile(
    r"(?:(?:in|under|for|to|at|on|by|with|from|after|before|until|within|without|of|all|because of|despite|beyond|"
    r"during|given) )?(?:this|these|that|those|such|the said|the same|the above|the foregoing|the preceding|"
    r"their|its|his|her)\b",
    re.IGNORECASE,
)
# A text that speaks of itself ("this Convention"), and openings that point at nothing before them.
_ITSELF = re.compile(
    r"(?:\w+ )?this (?:convention|treaty|protocol|agreement|policy|directive|regulation|act|law|statute|code|charter|"
    r"resolution|manual|handbook|guide|guidance|guideline|document|paper|article|essay|report|study|book|brief|note|"
    r"digest|section|chapter|annex|part|order|memorandum|instruction|standard|strategy|plan|year|century|decade)s?\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"(?:it(?:'s| is| was| may be| can be| should be| must be) (?:\w+ )?(?:important|essential|necessary|critical|"
    r"vital|clear|possible|likely|useful|advisable|recommended|prudent|imperative|unlawful|prohibited|forbidden|"
    r"permitted|allowed|better|best|worth|hard|difficult|easy|good practice|not \w+)|"
    r"it (?:takes|helps|follows|seems|appears|remains)|"
    r"those (?:who|that|which|responsible|in|with|of|under|held|taken|captured|wounded)|that (?:is|said)|"
    r"(?:both|neither) (?:the|a|an|of the|\w+s (?:and|nor))|both \w+ and|such as)\b",
    re.IGNORECASE,
)
# What turns or narrows the sentence before it, at the head of a sentence.
_TURN = re.compile(
    r"(?:but|however|yet|nevertheless|nonetheless|still,|even so|that said|on the contrary|conversely|instead|rather|"
    r"except|unless|only|only (?:if|when|where|then)|provided|otherwise|if not|where (?:this|that|it) is not|not so|"
    r"wrong|false|incorrect|untrue|this is (?:wrong|false|incorrect|untrue|a mistake|a myth|not)|"
    r"the (?:only )?exceptions?|exceptions?|exempt|in (?:fact|reality|truth)|in practice,|actually|since then|since|"
    r"now|today|nowadays|these days|no longer|later|subsequently|eventually|in the end|from \w* ?\d{4}|"
    r"as of \w* ?\d{4}|the (?:final|new|revised|current|amended|present|later|adopted) (?:text|version|rule|policy|"
    r"draft|edition|order|directive|wording))\b",
    re.IGNORECASE,
)
# What was: the sentence after such a one says what is.
_PAST = re.compile(
    r"\b(?:formerly|previously|used to|originally|initially|at first|at one time|once|in the past|until \w* ?\d{4}|"
    r"before \d{4}|(?:the|an?) (?:\w+ )?(?:draft|proposal|earlier|old|previous|former|first (?:version|text|draft)))\b",
    re.IGNORECASE,
)
_MYTH = re.compile(
    r"(?:myth|misconception|fiction|fallacy|wrong|incorrect|false|don't|not this|claim)\b ?\d*[:.]", re.I
)
_UNDO = (
    r"(?:reject|overrul|overturn|repeal|revok|rescind|withdr|supersed|replac|amend|abandon|disagree|disput|refut|"
    r"cancel|set aside|quash|struck|strike down|dismiss|disapprov|criticis|criticiz|discredit|contradict|retract|"
    r"suspended|annul|reversed|deleted|removed|dropped|denied|declined)\w*"
)
_NARROW = (
    r"(?:not|no longer|never|nobody|none|only|unless|except|exceptions?|provided|subject to|exempt\w*|waive\w*|waiver|"
    r"until|cannot|without|limited to|wrong|mistaken|incorrect|untrue|myth|ceases?|lapses?|expires?|ends?)"
)
_BACK = (
    r"(?:this|that|these|those|it|they|them|such|so|the (?:above|preceding|foregoing|previous|same|said|rule|paragraph|"
    r"obligation|requirement|prohibition|ban|duty|limit|view|argument|claim|position|draft|proposal|approach|"
    r"provision|interpretation|reading|test|opinion|theory|suggestion|idea|assertion|reasoning|permission|"
    r"authori[sz]ation|(?:paragraph|article|section|rule|point|item) \d+|power|"
    r"right|exemption|waiver|practice|order|instruction|sentence))"
)
_UNDONE = re.compile(rf"\b{_UNDO}\b[^.;]*?\b{_BACK}\b|\b{_BACK}\b[^.;]*?\b{_UNDO}", re.IGNORECASE)
_NARROWED = re.compile(rf"^(?:\w+ )?{_BACK}\b[^.;]*?\b{_NARROW}\b", re.IGNORECASE)
_RESUMED = re.compile(
    r"\b(?:the following|as follows|(?:below|this (?:section|paragraph|part|list|annex)) appl\w+)\b", re.IGNORECASE
)

# Verbs that report a view by themselves, and those that do so with "that", a colon or a quotation after them.
_ARGUE = (
    r"(?:argu(?:e|es|ed|ing)|claim(?:s|ed)?|contend(?:s|ed)?|alleg(?:e|es|ed)|insist(?:s|ed)?|believe(?:s|d)?|"
    r"reckon(?:s|ed)?|says?|said|thinks?|thought|(?:take|takes|took|taken) the view)"
)
_STATE = (
    r"(?:maintain|assert|suggest|propos|object|counter|repl|warn|stat|tell|told|testif|submit|plead|hold|held|conclud|"
    r"complain|protest|den|add|explain|write|wrot|not|recall|find|found|observ|point out|recommend|advis)"
    r"(?:ted|ed|es|s|e|ied|ies|y|d)?(?: \w+)?(?:,? that\b|:|,? \")"
)
_NAME = (
    r"(?P<holder>(?:(?!(?:that|which|who|if|when|where|because|may|must|should|can|is|are)\b)"
    r"[\w'.&()-]+ ){0,7}?[\w'.&()-]+)"
)
_HELD = (
    re.compile(rf"(?:according to|in the (?:view|opinion|words|eyes) of) {_NAME},", re.IGNORECASE),
    re.compile(rf"in {_NAME}(?:'s|s') (?:view|opinion|reading|account|words),", re.IGNORECASE),
    re.compile(
        rf"(?:but |however, |yet |still, |and )?{_NAME}(?:, [\w ]{{1,30}},)? (?:has |have |had |also |"
        rf"therefore |still |once |long |often |would |might |may )*(?:{_ARGUE}\b|{_STATE})",
        re.IGNORECASE,
    ),
)
_HELD_AT_END = re.compile(
    rf",\"? (?:{_NAME} )(?:has |have |had )?(?:{_ARGUE}|told|tells)(?: [\w']+){{0,5}}[.!]?\"?$|"
    rf",\"? (?:{_ARGUE}|told|tells) (?P<after>(?:[\w'.&()-]+ ){{0,5}}[\w'&()-]+)[.!]?\"?$",
    re.IGNORECASE,
)
# A sentence this short mostly speaks of its neighbour.
SHORT_WORDS = 12
_CHANGES = re.compile(
    rf"\b(?:{_NARROW}|{_UNDO}|no|nor|otherwise|rather|instead|however|although|though|excluded?|excluding|beforehand|"
    r"consent|approval|in the opinion|opinions?|views?|critics?|some (?:hold|say|argue)|claim\w*|argu\w+|alleg\w+|"
    r"minority|dissent\w*|since|now|became|the following|has changed|have changed)\b",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    r"it (?:is|was|has been|had been|can be|may be|might be) (?:\w+ )?(?:argued|said|claimed|believed|thought|"
    r"suggested|alleged|held|assumed|objected)\b",
    re.IGNORECASE,
)
# A text is no person, and an author who says "we" speaks for the source.
_NO_HOLDER = re.compile(
    r"(?:.*\b(?:polic(?:y|ies)|laws?|conventions?|treat(?:y|ies)|protocols?|articles?|handbooks?|guidance|guides?|"
    r"documents?|rules?|orders?|texts?|sections?|paragraphs?|directives?|manuals?|agreements?|reports?|"
    r"statutes?)(?: \S+)?|i|we|it|this|that|which|who|they|he|she|you|one|there)$",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:disagree\w*|object(?:s|ed|ion\b)|s(?:ee|ees|aw) (?:it|this|that|things) (?:otherwise|differently)|"
    r"differ(?:s|ed)?|dissent\w*|oppos\w+|protest\w*|(?:argument|view|reasoning|objection|case|reply|complaint|theory|"
    r"claim|position|story|account) (?:is|was|ran|runs|goes|went) (?:this|simple|that|as follows|the following|plain|"
    r"short|different|otherwise)|(?:take|takes|took|hold|holds|held) (?:a|an|the) (?:\w+ )?(?:view|position|line)|"
    r"as follows)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:myths?|misconceptions?|fallac\w+|reject\w*|withdrawn|superseded|repealed|obsolete|revoked|objections?|"
    r"critic\w*|counter-?arguments?|arguments? (?:against|for)|dissent\w*|minority|former|drafts?|proposals?)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:soon|forthcoming|upcoming|current|currently|presently|at present|nowadays|today|so far|to date|recent|"
    r"recently|not yet|yet to|(?:is|are|was|were) (?:\w+ )?(?:expected|planned|due|set|about|preparing|considering|"
    r"working|reviewing|drafting|developing) ?(?:to|on)?|in the coming \w+|(?:this|next|last) (?:year|month))\b",
    re.IGNORECASE,
)
UNNAMED = "others, who are not named"
_OPENING = re.compile(r"^[\"'(\[\s*_-]*(?:\(?[\da-z]{1,3}[.)] )?")


def leans(text: str) -> bool:
    """Whether a sentence is understood only with the one before it."""
    plain = _bare(text)
    if connective := _CONNECTIVE.match(plain):
        return not re.match(r"(?:so that|rather than|instead of|still (?!,)|both|also\b|then\b)", plain, re.I)
    if _EXPLETIVE.match(plain) or _ITSELF.match(plain):
        return False
    return bool(connective or _PRONOUN.match(plain) or _DEMONSTRATIVE.match(plain))


def turns(text: str, before: str) -> bool:
    """Whether a sentence turns, narrows or undoes the one `before` it, so that this must not stand without it."""
    plain, past = _bare(text), _bare(before)
    return bool(
        _TURN.match(plain)
        or _UNDONE.search(plain)
        or _NARROWED.match(plain)
        or _MYTH.match(past)
        or past.endswith("?")
        or (_PAST.search(past) and not past.endswith(":"))
    )


def goes_on(text: str, *, before: bool = False) -> bool:
    """Whether a sentence of the same paragraph may well change how its neighbour is to be read: it points at it,
    denies, limits, dates or attributes something, or is too short to be about anything else.

    With `before` it stands before that neighbour, and what it points at itself does not count.
    """
    plain = _bare(text)
    if len(plain.split()) <= SHORT_WORDS or _CHANGES.search(plain):
        return True
    return not before and leans(text)


def introduces(text: str) -> bool:
    """Whether a sentence says under which condition, or on whose account, the sentences after it are to be read."""
    plain = _bare(text)
    return plain.endswith(":") or bool(_RESUMED.search(plain)) or announces(text)


def announces(text: str) -> bool:
    """Whether a sentence says that somebody holds a view without saying it: the next sentence does."""
    return bool(_ANNOUNCES.search(_bare(text)))


def holder(text: str) -> str | None:
    """Whose view a sentence reports: "Critics" in "Critics argue that …"; None where it reports none."""
    plain = normal(text).strip("\"'([ ")
    if _UNNAMED.match(plain):
        return UNNAMED
    found = next((match for pattern in _HELD if (match := pattern.match(plain))), None) or _HELD_AT_END.search(plain)
    if found is None:
        return None
    name = found["holder"] or found["after"]
    return None if _NO_HOLDER.match(name) else str(name)


def aside(section: str | None) -> bool:
    """Whether the heading says that what stands below it is not the source's own rule: "Myths", "Objections"."""
    return section is not None and bool(_ASIDE.search(section.rsplit(" > ", 1)[-1]))


def speaks_of_now(text: str) -> bool:
    """Whether a text speaks of its own time: "soon", "currently", "is expected to"."""
    return bool(_DATED.search(normal(text)))


def depths(texts: list[str]) -> list[tuple[int, int]]:
    """How many quotations are open before and after each of `texts`, the sentences of a paragraph.

    A mark that nothing closes in its paragraph is a stray one: no quotation is open then.
    """
    found: list[tuple[int, int]] = []
    depth = 0
    for text in texts:
        before = depth
        for mark in re.findall(r"[“”«»„]|(?<!\w)\"|\"(?!\w)", text):
            depth = _after(mark, depth)
        found.append((before, depth))
    return found if depth == 0 else [(0, 0)] * len(texts)


def _after(mark: str, depth: int) -> int:
    if mark in "“«„":
        return depth + 1
    if mark in "”»":
        return max(0, depth - 1)
    return 0 if depth else 1


def _bare(text: str) -> str:
    """In its normal form, without marks and numbering before the first word."""
    return _OPENING.sub("", normal(text))
