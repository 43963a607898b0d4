"""What a document's text holds, counted before anything parses it: tokens, lines, brackets, words, directives.

The parser recurses with brackets and makes an object of each token, so these are counted here first, in time linear in
the text. Where the text is no GraphQL the counts mean little: the parser refuses it.
"""

from __future__ import annotations

import re
from array import array
from typing import Final, NamedTuple

_IGNORED: Final = " \t\r\n,\ufeff"

# Every repetition is possessive (`++`, `*+`) and every string ends where the text does at the latest: no character is
# read twice, whatever the text. Ignored characters are read along with the token before them, the quickest way past.
# Source: GraphQL specification, section 2.1, "Lexical Tokens".
_TOKEN: Final = re.compile(
    rf'''
    (?: (?P<open> [({{\[] )
      | (?P<close> [)}}\]] )
      | (?P<word> [A-Za-z_][A-Za-z0-9_]*+ | -?[0-9]++ (?:\.[0-9]++)? (?:[eE][+-]?[0-9]++)? )
      | (?P<directive> @ )
      | \.\.\. | [!$&:=|]
      | """ (?: [^"\\] | \\(?:""")? | "(?!"") )*+ (?:""")?
      | "   (?: [^"\\\n\r] | \\. )*+ "?
      | \#  [^\n\r]*+
    )
    [{_IGNORED}]*+
    ''',
    re.VERBOSE,
)
_LINE_BREAK: Final = re.compile(r"\r\n|[\n\r]")


class Scan(NamedTuple):
    """Counts of one text; `longest_word` is the characters of its longest name or number."""

    nesting: int
    longest_word: int
    directives: int


def count_tokens(text: str) -> int:
    """How many names, values, punctuators and comments *text* holds: what the parser would make a token of."""
    # Makes no object a token: 20 to 100 ns each.
    return _TOKEN.subn("", text)[1]


def line_starts(text: str) -> array[int]:
    """Where the lines of *text* begin, the first at 0. Source: GraphQL specification, section 2.1.3."""
    return array("L", [0, *(match.end() for match in _LINE_BREAK.finditer(text))])


def scan(text: str) -> Scan:
    """Count the rest: 0.4 us a token, so only for a text whose tokens are known to be few."""
    nesting = longest_word = directives = open_brackets = 0
    for match in _TOKEN.finditer(text):
        match match.lastgroup:
            case "word":
                longest_word = max(longest_word, match.end("word") - match.start())
            case "open":
                open_brackets += 1
                nesting = max(nesting, open_brackets)
            case "close":
                open_brackets = max(0, open_brackets - 1)
            case "directive":
                directives += 1
    return Scan(nesting, longest_word, directives)
