"""Memoise: results of a function of one text are cached, so that each is worked out once."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_Result = TypeVar("_Result")

# Headings, names, days and answers are shorter.  What is longer hardly comes twice, and thousands
# of files full of it must not fill the memory.
LONGEST = 120


def memoise_text(most: int) -> Callable[[Callable[[str], _Result]], Callable[[str], _Result]]:
    """A decorator that caches a function's results for `most` texts of up to LONGEST characters."""

    def decorate(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
        cached = lru_cache(maxsize=most)(function)

        @wraps(function)
        def memoised(text: str) -> _Result:
            return cached(text) if len(text) <= LONGEST else function(text)

        return memoised

    return decorate
