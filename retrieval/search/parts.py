"""The parts of search that can be left out, to measure what each of them gives. The one list of their names."""

PARTS = {
    "dense": "nearest neighbours by meaning",
    "lexical": "BM25 over words",
    "glossary": "acronyms and synonyms added to a query",
    "sentences": "a long query embedded by its sentences too",
    "feedback": "the first hits tell what else to look for",
}
