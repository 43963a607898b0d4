"""Documents made to cost much, as families that grow with a number, and a schema on which they are valid or nearly so.

`benchmarks/documents.py` measures the largest of each family that the limits let pass.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import strawberry


@strawberry.input
class Filter:
    a: int | None = None
    b: Filter | None = None
    l: list[int] | None = None  # noqa: E741 - short, since these documents are all about length


@strawberry.interface
class Thing:
    id: int


def _named(name: str, bases: tuple[type, ...], fields: list[str]) -> type:
    return strawberry.type(type(name, bases, {"__annotations__": dict.fromkeys(fields, int | None)}))


# Names so alike that each wrong one is compared with all to the last letter.
Wide = _named("Wide", (), [f"wide_field_with_a_long_name_{number}" for number in range(200)])
THINGS = [_named(f"ThingNumber{kind}", (Thing,), [f"field_{kind}_{n}" for n in range(20)]) for kind in range(100)]


@strawberry.type
class Query:
    x: int = 1
    y: int = 2

    @strawberry.field
    def f(self, a: int = 0, b: int = 0, l: list[int] | None = None, by: Filter | None = None, text: str = "") -> int:  # noqa: E741
        return a + b

    @strawberry.field
    def q(self, a: int = 0) -> Query:
        return self

    @strawberry.field
    def wide(self) -> Wide | None:
        return None

    @strawberry.field
    def thing(self) -> Thing | None:
        return None


@strawberry.type
class Mutation:
    x: int = 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def x(self) -> AsyncGenerator[int]:
        yield 1


SCHEMA = strawberry.Schema(Query, Mutation, Subscription, types=THINGS)


def times(count: int, piece: str) -> str:
    """*piece* so often, `#` in it replaced by 0, 1, 2 and so on."""
    return " ".join(piece.replace("#", str(number)) for number in range(count))


def nested(levels: int, opening: str, inner: str, closing: str) -> str:
    return opening * levels + inner + closing * levels


def chain(length: int, fragment: str, last: str) -> str:
    """Fragments `F0`, `F1` and so on; `#` in *fragment* is its number and `+` that of the next."""
    links = (fragment.replace("#", str(number)).replace("+", str(number + 1)) for number in range(length))
    return " ".join([*links, last.replace("#", str(length))])


def tree(count: int) -> str:
    """Fragments of which each spreads four others."""
    spreads = [range(4 * number + 1, min(4 * number + 5, count)) for number in range(count)]
    inner = (" ".join(f"q {{ ...F{below} }}" for below in spread) for spread in spreads)
    return " ".join(f"fragment F{number} on Query {{ {selected} x }}" for number, selected in enumerate(inner))


FAMILIES: dict[str, Callable[[int], str]] = {
    "one field with many arguments": lambda n: f"{{ q {{ {times(n, 'f(a: #)')} }} }}",
    "one field with the same arguments": lambda n: f"{{ q {{ {times(n, 'f(a: 1, b: 2)')} }} }}",
    "one field with objects": lambda n: f"{{ q {{ {times(n, 'f(by: {b: {b: {b: {a: 1}}}})')} }} }}",
    "one field again and again": lambda n: f"{{ q {{ {times(n, 'x')} }} }}",
    "one selection again and again": lambda n: f"{{ q {{ {times(n, nested(10, 'q{', 'x', '}'))} }} }}",
    "one fragment again and again": lambda n: f"{{ q {{ {times(n, '...F')} }} }} fragment F on Query {{ x q {{ y }} }}",
    "fragments that select nothing": lambda n: f"{{ {times(n, '...F#')} }} {times(n, 'fragment F# on Query {}')}",
    "fragments side by side": lambda n: (
        f"{{ q {{ {times(n, '...F#')} }} }} {times(n, 'fragment F# on Query { q { x } }')}"
    ),
    "fragments beneath each other": lambda n: (
        f"{{ q {{ {times(n, '...F#')} }} }} {times(n, 'fragment F# on Query { q { ...G# } }')}"
        f" {times(n, 'fragment G# on Query { x }')}"
    ),
    "fragments in a chain": lambda n: (
        "{ ...F0 }" + chain(n, "fragment F# on Query { ...F+ }", "fragment F# on Query {x}")
    ),
    "fragments in a ring": lambda n: (
        "{ ...F0 }" + chain(n, "fragment F# on Query { ...F+ ...F0 }", "fragment F# on Query { ...F0 }")
    ),
    "fragments in every direction": lambda n: (
        "{ ...F0 }" + " ".join(f"fragment F{k} on Query {{ {times(n, '...F#')} }}" for k in range(n))
    ),
    "fragments that double": lambda n: (
        "{ ...F0 }" + chain(n, "fragment F# on Query { ...F+ ...F+ }", "fragment F# on Query { x }")
    ),
    "empty fragments that double": lambda n: (
        "{ __schema { ...F0 } }" + chain(n, "fragment F# on __Schema { ...F+ ...F+ }", "fragment F# on __Schema { }")
    ),
    "fragments nobody spreads": lambda n: "{ x } " + times(n, "fragment F# on Query { x }"),
    "operations": lambda n: times(n, "query Q# { x }"),
    "operations without a name": lambda n: times(n, "{ x }"),
    "operations over a tree of fragments": lambda n: times(n, "query Q# { q { ...F0 } }") + tree(n),
    "operations over one large fragment": lambda n: (
        times(n, "query Q#($v: Int) { q { ...F } }") + f" fragment F on Query {{ {times(n, 'f(a: $v)')} }}"
    ),
    "operations over one often spread fragment": lambda n: (
        times(n, "query Q# { q { ...F } }")
        + f" fragment F on Query {{ {times(n, '...G')} }} fragment G on Query {{ x }}"
    ),
    "variables": lambda n: f"query ({times(n, '$v#: Int')}) {{ q {{ {times(n, 'f(a: $v#)')} }} }}",
    "variables nobody uses": lambda n: f"query ({times(n, '$v#: Int = 1')}) {{ x }}",
    "variables of one name": lambda n: f"query ({times(n, '$v: Int')}) {{ x }}",
    "variables that are not there": lambda n: f"query Q {{ q {{ {times(n, 'f(a: $v#)')} }} }}",
    "variables of deep types": lambda n: f"query ({times(n, '$v#: ' + nested(40, '[', 'Int', ']'))}) {{ x }}",
    "unknown fields": lambda n: f"{{ wide {{ {times(n, 'wideFieldWithALongName#x')} }} }}",
    "unknown fields with long names": lambda n: f"{{ wide {{ {times(n, 'n' * 90 + '#')} }} }}",
    "unknown types": lambda n: f"{{ thing {{ {times(n, '... on ThingNumber#x { id }')} }} }}",
    "unknown arguments": lambda n: f"{{ q {{ f({times(n, 'n' * 90 + '#: 1')}) }} }}",
    "unknown input fields": lambda n: f"{{ q {{ f(by: {{ {times(n, 'n' * 90 + '#: 1')} }}) }} }}",
    "input objects": lambda n: f"{{ q {{ {times(n, 'f(by: ' + nested(40, '{b: ', 'null', '}') + ')')} }} }}",
    "wrong input objects": lambda n: f"{{ q {{ {times(n, 'f(by: ' + nested(40, '{b: ', '1', '}') + ')')} }} }}",
    "a long list": lambda n: f"{{ q {{ f(l: [{times(n, '1')}]) }} }}",
    "a long list of wrong values": lambda n: f"{{ q {{ f(l: [{times(n, 'true')}]) }} }}",
    "deep lists": lambda n: f"{{ q {{ {times(n, 'f(l: ' + nested(40, '[', '1', ']') + ')')} }} }}",
    "one argument again and again": lambda n: f"{{ q {{ f({times(n, 'a: 1')}) }} }}",
    "inline fragments": lambda n: f"{{ q {{ {times(n, '... { x }')} }} }}",
    "inline fragments of every type": lambda n: (
        f"{{ thing {{ {' '.join(f'... on ThingNumber{k % 100} {{ id }}' for k in range(n))} }} }}"
    ),
    "directives": lambda n: f"{{ x {times(n, '@skip(if: true)')} }}",
    "definitions of types": lambda n: "{ x } " + times(n, "type T# { a: Int }"),
    "comments": lambda n: "{ x }" + "#\n" * n,
    "a long string": lambda n: '{ q { f(text: "' + "a" * n + '") } }',
    "a long string in the place of a number": lambda n: '{ q { f(a: "' + "a" * n + '") } }',
    "a block string of short lines": lambda n: '{ q { f(text: """' + "a\n" * n + '""") } }',
    "lines before errors": lambda n: "\n" * n + " " * (3 * n) + f"{{ wide {{ {times(300, 'z#')} }} }}",
    "lines before errors at two places": lambda n: (
        "\n" * n + " " * (3 * n) + f"query Q {{ q {{ {times(300, 'f(a: $v#)')} }} }}"
    ),
}
