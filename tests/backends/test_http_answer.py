"""Reading answers from bytes, without a socket."""

from __future__ import annotations

import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backends.http_answer import AnswerReader
from gateway.backends.wire import WireResponse
from gateway.vocabulary.errors import BackendError, DecodeError

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVary: a\r\nvary: b\r\n\r\n"
    b"1;name=value\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: no\r\n\r\n"
)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
#: Inflated once, still no JSON.
TWICE = zlib.compress(zlib.compress(b"{}"))
ENDLESS = b"HTTP/1.1 200 OK\r\nServer: old \r\n\r\n{}"


def read(data: bytes, *, to_head: bool = False, limit_bytes: int = 100_000):
    reader = AnswerReader("users", limit_bytes)
    reader.expect(to_head=to_head)
    return reader.feed(data), reader.may_be_followed


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (PLAIN, {"content-length": "2"}),
        (CHUNKED, {"transfer-encoding": "chunked", "vary": "a, b"}),
        (EARLY + b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, {"content-length": "2"}),
        (PLAIN.replace(b"\r\n", b"\n"), {"content-length": "2"}),
        (PLAIN.replace(b"OK", b""), {"content-length": "2"}),
    ],
    ids=["sized", "chunked", "after interim answers", "line feeds alone", "no reason"],
)
def test_an_answer_is_read_to_its_end(data, headers):
    """The forms that an answer has: what is interim or a trailer's is not in it, and the connection goes on."""
    assert (WireResponse(200, headers, b"{}"), True) == read(data)


@given(st.sampled_from([PLAIN, CHUNKED, EARLY + CHUNKED]), st.lists(st.integers(0, 200)))
def test_pieces_make_the_same_answer(data, cuts):
    """However the bytes arrive, the answer comes with the last of them, and is the same."""
    whole, _ = read(data)
    reader = AnswerReader("users", 1000)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    *before, last = [reader.feed(data[begin:end]) for begin, end in pairwise(edges)]

    assert ([None] * len(before), whole) == (before, last)


def test_answers_follow_one_another():
    """A reader reads answer after answer, and nothing of one is in the next."""
    reader = AnswerReader("users", 1000)

    bodies = []
    for data in (CHUNKED, PLAIN, CHUNKED):
        reader.expect(to_head=False)
        bodies.append(reader.feed(data))

    assert [read(CHUNKED)[0], read(PLAIN)[0], read(CHUNKED)[0]] == bodies


@pytest.mark.parametrize("surplus", [PLAIN, b"H", b"garbage", b"0\r\n\r\n"], ids=repr)
def test_what_follows_an_answer_ends_the_connection(surplus):
    """Bytes that nobody asked for do not spoil the answer before them; what comes after them is not trusted."""
    assert (read(PLAIN)[0], False) == read(PLAIN + surplus)


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["connection: close", "HTTP/1.0"],
)
def test_peer_says_that_it_closes(data):
    """A connection that the peer will close is not used again."""
    answer, may_be_followed = read(data)

    assert (b"{}", False) == (answer.body, may_be_followed)


def test_the_end_of_the_connection_ends_an_answer_without_a_length():
    """Without a length the body is what comes until the peer closes, unless the connection broke."""
    reader = AnswerReader("users", 1000)

    assert reader.feed(ENDLESS[:-1]) is None
    assert reader.feed(ENDLESS[-1:]) is None
    assert WireResponse(200, {"server": "old"}, b"{}") == reader.end(None)
    assert "BACKEND_UNREACHABLE" == reader.end(ConnectionResetError()).code


def test_the_end_of_the_connection_inside_an_answer_breaks_it():
    """A body that announced its end and did not come to it is no body; without a head there was no answer."""
    reader = AnswerReader("users", 1000)

    assert reader.end(None) is None
    assert reader.feed(PLAIN[:-1]) is None
    assert isinstance(reader.end(None), BackendError)


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body(status):
    """A 204 and a 304 end with their heads, whatever length they announce."""
    data = PLAIN.replace(b"200 OK", b"%d X" % status).replace(b"h: 2", b"h: 2000000")[:-2]

    answer, may_be_followed = read(data)

    assert (status, b"", True) == (answer.status, answer.body, may_be_followed)


def test_answer_to_head_ends_with_its_head():
    """A HEAD's answer has no body; the parser takes the next bytes for one, so that the connection ends."""
    answer, may_be_followed = read(PLAIN[:-2], to_head=True)

    assert (200, b"", False) == (answer.status, answer.body, may_be_followed)
    assert answer == read(PLAIN, to_head=True)[0]


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX\x00Y: 1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n"
        + 2 * b"Content-Encoding: deflate\r\n"
        + b"Content-Length: %d\r\n\r\n" % len(TWICE)
        + TWICE,
        b"HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/2 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=repr,
)
def test_what_can_be_read_in_two_ways_is_not_read(data):
    """An answer whose end or whose form is in doubt is BACKEND_INVALID_RESPONSE, and its connection ends."""
    wrong, may_be_followed = read(data)

    assert (DecodeError, "BACKEND_INVALID_RESPONSE", False) == (type(wrong), wrong.code, may_be_followed)


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 500),
        (b"", EARLY),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=", b"y" * 500),
    ],
    ids=["headers", "a header", "interim answers", "trailers", "a chunk's extension"],
)
def test_what_is_no_body_is_bounded(begin, piece):
    """Nothing that a peer sends without end is kept without end, though no limit of the body counts it."""
    reader = AnswerReader("users", 1000)
    assert not begin or reader.feed(begin) is None

    outcomes = (reader.feed(piece) for _ in range(100_000 // len(piece)))
    wrong = next(outcome for outcome in outcomes if outcome is not None)

    assert "BACKEND_INVALID_RESPONSE" == wrong.code


def test_large_body_is_none_of_that():
    """A long body in small chunks is bounded by its own limit alone."""
    reader = AnswerReader("users", 200_000)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    outcomes = {reader.feed(b"1\r\nx\r\n") for _ in range(100_000)}

    assert {None} == outcomes
    assert 100_000 == len(reader.feed(b"0\r\n\r\n").body)


def test_limit_counts_decoded_bytes():
    """A body of the limit passes, one that inflates to a byte more does not."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n"
    bodies = [zlib.compress(b"x" * size) for size in (1000, 1001)]

    fits, too_large = (read(head % len(body) + body, limit_bytes=1000)[0] for body in bodies)

    assert (b"x" * 1000, "BACKEND_RESPONSE_TOO_LARGE") == (fits.body, too_large.code)


def test_bare_deflate_is_inflated():
    """Some servers mean by deflate the data without zlib's header: it is understood."""
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = compress.compress(b"{}" * 100) + compress.flush()

    answer, _ = read(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    assert b"{}" * 100 == answer.body


def test_compressed_body_is_whole():
    """A compressed body that ends too early is BACKEND_INVALID_RESPONSE, never a short body."""
    body = zlib.compress(b"{}" * 100)[:-1]

    wrong, _ = read(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    assert "BACKEND_INVALID_RESPONSE" == wrong.code
