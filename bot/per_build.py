"""What is made of a build once and asked for often: kept as long as the build is served."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from index.search import Searcher

Made = TypeVar("Made")


def once_a_build(make: Callable[[Searcher], Made]) -> Callable[[Searcher], Made]:
    """Return a function that makes something of a build at the first call and returns the same at every later one.

    Those who ask at the same time wait for the one that makes it. What is made must not hold the searcher, or every
    build that was ever served would stay in memory.
    """
    made: WeakKeyDictionary[Searcher, Made] = WeakKeyDictionary()
    turns: WeakKeyDictionary[Searcher, threading.Lock] = WeakKeyDictionary()
    looking = threading.Lock()

    @wraps(make)
    def of(searcher: Searcher) -> Made:
        with looking:
            if searcher in made:
                return made[searcher]
            turn = turns.setdefault(searcher, threading.Lock())
        with turn:
            with looking:
                if searcher in made:
                    return made[searcher]
            found = make(searcher)
            with looking:
                made[searcher] = found
            return found

    return of
