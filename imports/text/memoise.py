"""Memory: answers about texts that come again, so that each is worked out once."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_Answer = TypeVar("_Answer")

# Headings, names, days and answers are shorter.  What is longer hardly comes twice, and thousands
# of files full of it must not fill the memory.
LONGEST = 120


def memoise_text(most: int) -> Callable[[Callable[[str], _Answer]], Callable[[str], _Answer]]:
    """A function of one text that keeps what it answered about up to `most` short ones."""

    def keeping(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
        remembered = lru_cache(maxsize=most)(function)

        @wraps(function)
        def asked(text: str) -> _Answer:
            return remembered(text) if len(text) <= LONGEST else function(text)

        return asked

    return keeping
