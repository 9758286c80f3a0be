"""Whether a place in a text lies inside a word or a character. Holds no kind itself."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Scripts that put blanks between words and hang no particles on them. Han, kana, Thai, Lao, Khmer,
# Burmese and Tibetan have no blanks; Korean, Arabic and Hebrew write particles and names as one.
SPACED = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN"})
JOINER = "\N{ZERO WIDTH JOINER}"
# They change what stands before them, though they are no marks to Unicode.
SKIN = range(0x1F3FB, 0x1F400)


@lru_cache(maxsize=10_000)
def _script(letter: str) -> str:
    """The script of a letter, "0" of a digit; empty of all else."""
    if letter.isdecimal():
        return "0"
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def cuts_word(text: str, place: int) -> bool:
    """Whether a word or a number goes on across the place, where words are told by blanks.

    >>> [cuts_word("Ada Lovelace, 1843", place) for place in (0, 2, 3, 12, 16)]
    [False, True, False, False, True]
    >>> any(cuts_word(text, 1) for text in ("東京都庁", "สวัสดี", "서울에서", "5kg"))
    False
    """
    if not 0 < place < len(text):
        return False
    before, after = _script(text[place - 1]), _script(text[place])
    return before == after == "0" or (before in SPACED and after in SPACED)


def cuts_character(text: str, place: int) -> bool:
    """Whether what one sees as one character goes on across the place, in any script.

    >>> cuts_character("e\N{COMBINING ACUTE ACCENT}", 1), cuts_character("ee", 1)
    (True, False)
    """
    if not 0 < place < len(text):
        return False
    after = text[place]
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or ord(after) in SKIN:
        return True
    return JOINER in (after, text[place - 1])
