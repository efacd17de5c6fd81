"""Questions of what the law is, or whether it applies: commentary and our digests alone never answer them. Pure."""

from __future__ import annotations

import re

from retrieval.text.wording import normal

_LAW = (
    r"(?:(?:international|humanitarian|human rights|domestic|national|criminal|military|our|their|its|his|own|"
    r"host nation's|customary|armed conflict) )*(?:laws?|legislation|ihl|loac|ihrl)(?: of (?:wars?|armed conflicts?))?"
)
_RULES = r"(?:rules|laws|customs) of (?:war|warfare|armed conflicts?)"
_INSTRUMENT = (
    r"(?:treat(?:y|ies)|conventions?|protocols?|statutes?|covenants?|charters?|constitution|articles? \d[\w.()]*|"
    r"art\.? \d[\w.()]*|(?:code|act|law) of [a-z' ]{3,40}|common article)"
)
# A law or an instrument with the words that name it more closely ("the usual rules of war", "the Third … Convention");
# what has an actor or a verb of ours before it ("do partners know the law") is no subject.
_NO_NAME = r"(?!(?:we|you|they|i|it|he|she|who|what|how|to|partners?|units?|soldiers|forces|troops)\b)"
_SUBJECT = rf"(?:{_NO_NAME}[\w'(),.-]+ ){{0,5}}?(?:{_RULES}|{_LAW}|{_INSTRUMENT})(?: {_NO_NAME}[\w'(),.-]+){{0,8}}?"
_RULING = (
    r"(?:appl(?:y|ies|ied)|bind|cover|govern|count|hold|require|oblige|forbid|prohibit|ban|outlaw|permit|allow|say|"
    r"demand|mean|provide|state|tell us|recogni[sz]e|protect|regulate)"
)
# As a predicate ("is it legal to …?"), not before a noun ("legal advice", "unlawful orders").
_LEGAL = (
    r"(?:(?:(?:il|un)?(?:legal|lawful)(?= (?:to|for|if|when|under|that|in|by|as|even|or|and)\b|\W*$|[?,;])|"
    r"(?:il|un)?(?:legally|lawfully)|against (?:the law|international law|ihl)|(?:a )?(?:breach|violation) of)\b)"
)
_STATUS = (
    r"(?:a |an )?(?:war crimes?|crimes? under|unlawful|part(?:y|ies) to (?:the|an|this) (?:armed )?conflict|"
    r"combatants?|prisoners? of war)"
)
_BE = r"(?:is|are|was|were|am|be|would|will|do|does|did|can|could|may|might|must|should|if|whether)"

_PATTERNS = (
    # "Do the rules of war apply …?", "What does the treaty require?", "whether IHL binds them"
    rf"\b(?:do|does|did|would|will|can|could|may|if|whether) {_SUBJECT} (?:still |also |even |not )?"
    rf"{_RULING}(?:s|es)?\b",
    # "What is the law on …?", "Which law applies?", "What are our legal obligations?"
    rf"\bwhat(?:'s| is| are) (?:the |our |their )?(?:applicable |relevant )?"
    rf"(?:{_LAW}|{_RULES}|legal [\w-]+(?: [\w-]+)?)"
    r"(?: (?:on|about|for|when|if|here|in this|governing|that appl)\b|\?|$)",
    rf"\b(?:what|which) (?:{_LAW}|{_RULES}|{_INSTRUMENT}|legal \w+|bod(?:y|ies) of law) (?:\w+ )?{_RULING}(?:s|es)?\b",
    # "Is it legal to …?", "Would that be a violation of …?", "Is this a war crime?"
    rf"\b{_BE} [^?.;]{{0,120}}?\b{_LEGAL}",
    rf"\b(?:is|are|was|were|am|be|become|becomes|makes?|counts? as|constitutes?|amounts? to) "
    rf"(?:[\w']+ ){{0,6}}?{_STATUS}"
    r"(?: (?:it|them|our)sel(?:f|ves))?(?= (?:if|when|to|for|under|while|by|or)\b|\W*$|[?,;])",
    # "Are we obliged to …?", "Is there a duty to …?", "Do we have a legal obligation …?"
    r"\b(?:is|are|am|was|were|be) (?:[\w']+ ){1,6}?(?:legally |lawfully )?(?:obliged|obligated|duty-bound|"
    r"legally bound|bound (?:by|to)|required by)\b",
    r"\b(?:is there|are there|do|does|have|has) (?:[\w']+ ){0,6}?(?:a |any |an )?(?:legal|treaty|positive|statutory)? ?"
    r"(?:obligations?|duty) (?:to|under|not to)\b",
    # "… in the legal sense", "legally for aid and assistance", "as a matter of law"
    r"\b(?:in (?:the|a|any) legal sense|legally(?: speaking)?,? (?:for|in|on|under|is|are|a|an|the)\b|as a matter of "
    r"(?:international )?law|from a legal (?:point of view|standpoint|perspective))\b",
    # "Under international law, may we …?", "May we, under the Convention, …?"
    rf"\bunder {_SUBJECT},? (?:\w+ )?(?:are|is|may|must|can|do|does|should|have|has)\b",
    rf"^(?:\W|so |and |but )*(?:are|is|may|must|can|do|does|should|have|has)\b[^?]*\b(?:under|according to|by) "
    rf"(?:the )?(?:{_LAW}|{_RULES}|[\w' ]{{0,40}}?{_INSTRUMENT})\b",
)  # fmt: skip
_ASKS = tuple(re.compile(pattern) for pattern in _PATTERNS)


def asks_for_law(question: str) -> bool:
    """Whether it asks what the law is or whether it applies, rather than what is done about it.

    Text that follows the law as its subject matter ("train in IHL", "a partner that breaks the law") is no such
    question, and neither is who may be held to account.
    """
    plain = normal(question).lower()
    return any(pattern.search(plain) for pattern in _ASKS)
