"""What is counted in a text agrees with graphql-core's lexer, and takes time linear in the text."""

from __future__ import annotations

import time

import pytest
from graphql import Lexer, Source, TokenKind
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.admission.scan import Scan, count_tokens, line_starts, scan

PIECES = (
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "...",
        "!",
        "$",
        "&",
        ":",
        "=",
        "|",
        "@",
        "query",
        "_a1",
        "0",
        "-1",
        "1.5e-3",
        "12E4",
    ),
    *('""', '"a { b"', '"\\"{"', '"\\u00e9 # no comment"', '"""block { " "" \\""" \n } """', '""""""'),
    *('# comment { " \n', "#\r", "\n", ",", "\t", "\ufeff", " "),
)
MIB = 1024 * 1024


def lexed(text: str) -> list[TokenKind]:
    """Every token that graphql-core's lexer finds, comments included."""
    lexer = Lexer(Source(text))
    while lexer.advance().kind is not TokenKind.EOF:
        pass
    kinds, token = [], lexer.token.prev
    while token is not None and token.kind is not TokenKind.SOF:
        kinds.append(token.kind)
        token = token.prev
    return kinds


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_tokens_are_those_of_the_lexer(text):
    """As many tokens, directives and brackets are counted as graphql-core lexes, strings and comments left out."""
    kinds = lexed(text)

    assert len(kinds) == count_tokens(text)
    assert kinds.count(TokenKind.AT) == scan(text).directives


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Scan(0, 0, 0)),
        ("{ a(b: [{ c: 1 }]) @d }", Scan(4, 1, 1)),
        ("}}}}{{", Scan(2, 0, 0)),
        ("abc abcdef ,, abcd", Scan(0, 6, 0)),
        ("123456789 -1.25e+10", Scan(0, 9, 0)),
        ('"{{{{ @ abcdef" { """[[[ " [[ \\""" [[""" }', Scan(1, 0, 0)),
        ("# {{{ @a abcdef\n{", Scan(1, 0, 0)),
        # What never ends is one token.
        ('{ "abc {{{', Scan(1, 0, 0)),
        ('{ """abc {{{\n"', Scan(1, 0, 0)),
    ],
)
def test_a_text_is_counted(text, expected):
    """Brackets, the longest word and directives are counted outside of strings and comments."""
    assert expected == scan(text)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "{a:",
        '"',
        '"\\',
        '\\"',
        '"\n',
        '"""',
        '"""\\',
        '""""',
        '\\"""',
        "#",
        "#\n",
        "-",
        "1.",
        "1e",
        "1e+",
        ".",
        "..",
        "?",
        " ",
        "a",
        "é",
    ],
)
def test_the_time_is_linear(piece):
    """A mebibyte of anything, alone or within a block string, is counted within seconds: nothing is read twice."""
    start = time.process_time()

    for text in (piece * (MIB // len(piece)), '"""' + piece * (MIB // len(piece)), '"' + piece * (MIB // len(piece))):
        count_tokens(text)
        scan(text)

    assert time.process_time() - start < 10


@settings(deadline=None)
@given(st.text("ab\n\r"))
def test_lines_begin_where_graphql_says(text):
    """A line ends with a line feed, a carriage return or both."""
    expected = [0]
    for end, character in enumerate(text, start=1):
        if character == "\n" or (character == "\r" and text[end : end + 1] != "\n"):
            expected.append(end)

    assert expected == list(line_starts(text))
