"""The works: an operation, its right answer, and how many upstream calls it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from . import data

_POST = "{id userId title user{id name email}}"


@dataclass(frozen=True, slots=True)
class Work:
    """One operation, and how many requests for it are under way at one time.

    `data` gives the right data for a viewer; `error_paths` is where errors are.
    """

    name: str
    query: str
    calls: int
    data: Callable[[int], data.Row]
    error_paths: tuple[list[str | int], ...] = ()
    concurrency: int = 32

    @property
    def viewers(self) -> range:
        """Twice as many as requests are under way: no two at one time are of one viewer."""
        return range(2 * self.concurrency)

    def body(self) -> bytes:
        """The body of the HTTP request."""
        return orjson.dumps({"query": self.query})

    def check(self, answered: Any, viewer: int, *, indices_as_text: bool = False) -> None:
        """Compare the decoded answer with the right one, byte for byte once both are encoded alike.

        With *indices_as_text* the paths of errors may hold `"50"` where the specification has `50`.

        Raises:
            WrongAnswerError: the data differs, or errors are elsewhere.
        """
        right = orjson.dumps(self.data(viewer))
        came = orjson.dumps(answered.get("data"))
        if came != right:
            raise WrongAnswerError(
                f"{self.name}: expected data {right[:200]!r}..., got {orjson.dumps(answered)[:400]!r}"
            )
        paths = [error.get("path") for error in answered.get("errors") or ()]
        expected = [[str(step) for step in path] if indices_as_text else path for path in self.error_paths]
        if paths != expected:
            raise WrongAnswerError(f"{self.name}: expected errors at {self.error_paths}, got {answered.get('errors')}")


class WrongAnswerError(Exception):
    """A contestant answered something else: its figures mean nothing."""


def _wide_query() -> str:
    return f"{{wide{{{' '.join(f'f{number}' for number in range(data.WIDE_FIELDS))}}}}}"


_ALL = (
    Work("q1", f"{{posts{_POST}}}", 2, lambda viewer: data.q1_answer(data.POSTS, viewer)),
    Work("q2", "{posts{title}}", 1, data.q2_answer),
    Work("q3", "{greet}", 0, lambda _viewer: {"greet": data.GREETING}),
    Work("deep", "{posts{user{company{city{country{name}}}}}}", 5, data.deep_answer),
    Work("wide", _wide_query(), 1, lambda _viewer: {"wide": data.wide()}),
    Work(
        "5000",
        f"{{posts(count: {data.MANY_POSTS}){_POST}}}",
        2,
        lambda viewer: data.q1_answer(data.MANY_POSTS, viewer),
        concurrency=4,
    ),
    Work("clean", f"{{mixed(broken: 0){_POST}}}", 2, lambda viewer: data.error_answer(viewer, 0)),
    Work(
        "error",
        f"{{mixed(broken: 1){_POST}}}",
        2,
        lambda viewer: data.error_answer(viewer, 1),
        (["mixed", data.BROKEN_AT, "user"],),
    ),
    Work(
        "undeclared",
        f"{{posts: undeclared{_POST}}}",
        2,
        lambda viewer: data.q1_answer(data.POSTS, viewer),
    ),
)
WORKS = {work.name: work for work in _ALL}
