"""ROUGE-L as the published SaGE code takes it: F1 of the longest common subsequence of stemmed words (Lin 2004)."""

import re

IRREGULAR = {
    "skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing",
    "cannings": "canning", "canning": "canning", "howe": "howe", "proceed": "proceed",
    "exceed": "exceed", "succeed": "succeed",
}  # fmt: skip


def rouge_l(reference: str, candidate: str) -> float:
    """F1 from 0 to 1; 0 where nothing is common or a text has no word. Symmetric."""
    expected, actual = rouge_tokens(reference), rouge_tokens(candidate)
    common = longest_common_subsequence(expected, actual)
    if common == 0:
        return 0.0
    precision, recall = common / len(actual), common / len(expected)
    return 2 * precision * recall / (precision + recall)


def rouge_tokens(text: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return [porter_stem(word) if len(word) > 3 else word for word in words]


def longest_common_subsequence(a: list[str], b: list[str]) -> int:
    previous = [0] * (len(b) + 1)
    for token in a:
        current = [0] * (len(b) + 1)
        for j, other in enumerate(b):
            current[j + 1] = previous[j] + 1 if token == other else max(previous[j + 1], current[j])
        previous = current
    return previous[-1]


def porter_stem(word: str) -> str:
    """Porter 1980 in NLTK's variant, of one lower-case word."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) <= 2:
        return word
    for step in (_step1a, _step1b, _step1c, _step2, _step3, _step4, _step5a, _step5b):
        word = step(word)
    return word


def _shape(word: str) -> str:
    """Each letter as c or v; a y after a consonant is a vowel, and a digit is a consonant."""
    shape = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if vowel else "c"
    return shape


def _measure(stem: str) -> int:
    return _shape(stem).count("vc")


def _positive(stem: str) -> bool:
    return _measure(stem) > 0


def _above_one(stem: str) -> bool:
    return _measure(stem) > 1


def _double_consonant(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _shape(word).endswith("c")


def _ends_short(stem: str) -> bool:
    shape = _shape(stem)
    return shape == "vc" or (shape.endswith("cvc") and stem[-1] not in "wxy")


def _first_rule(word, rules):
    """The first rule whose suffix fits decides, whether or not its condition holds."""
    for suffix, replacement, condition in rules:
        if word.endswith(suffix):
            stem = word[: len(word) - len(suffix)]
            return stem + replacement if condition is None or condition(stem) else word
    return word


def _step1a(word):
    if len(word) == 4 and word.endswith("ies"):
        return word[:-1]
    return _first_rule(
        word, [("sses", "ss", None), ("ies", "i", None), ("ss", "ss", None), ("s", "", None)]
    )


def _step1b(word):
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return _first_rule(word, [("eed", "ee", _positive)])
    stem = word[:-2] if word.endswith("ed") else word[:-3]
    if not word.endswith(("ed", "ing")) or "v" not in _shape(stem):
        return word
    if stem.endswith(("at", "bl", "iz")):
        return stem + "e"
    if _double_consonant(stem):
        return stem if stem[-1] in "lsz" else stem[:-1]
    return stem + "e" if _measure(stem) == 1 and _ends_short(stem) else stem


def _step1c(word):
    return _first_rule(
        word, [("y", "i", lambda stem: len(stem) > 1 and _shape(stem).endswith("c"))]
    )


STEP_2 = (
    "ational ate tional tion enci ence anci ance izer ize bli ble alli al entli ent eli e ousli ous ization ize "
    "ation ate ator ate alism al iveness ive fulness ful ousness ous aliti al iviti ive biliti ble fulli ful"
).split()
STEP_2_RULES = [(a, b, _positive) for a, b in zip(STEP_2[::2], STEP_2[1::2])]
# The l counts as stem, so that "geologi" shortens.
STEP_2_RULES.append(("logi", "log", lambda stem: _positive(stem + "l")))


def _step2(word):
    if word.endswith("alli") and _positive(word[:-4]):
        return _step2(word[:-2])
    return _first_rule(word, STEP_2_RULES)


STEP_3_RULES = [
    ("icate", "ic", _positive),
    ("ative", "", _positive),
    ("alize", "al", _positive),
    ("iciti", "ic", _positive),
    ("ical", "ic", _positive),
    ("ful", "", _positive),
    ("ness", "", _positive),
]


def _step3(word):
    return _first_rule(word, STEP_3_RULES)


STEP_4 = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split()


def _step4(word):
    def allows(suffix):
        if suffix == "ion":
            return lambda stem: _above_one(stem) and stem.endswith(("s", "t"))
        return _above_one

    return _first_rule(word, [(suffix, "", allows(suffix)) for suffix in STEP_4])


def _step5a(word):
    def droppable(stem):
        return _measure(stem) > 1 or (_measure(stem) == 1 and not _ends_short(stem))

    return _first_rule(word, [("e", "", droppable)])


def _step5b(word):
    return _first_rule(word, [("ll", "l", lambda stem: _above_one(stem + "l"))])
