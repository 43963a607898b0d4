"""Reading a GraphQL request from a POST body or a GET query string."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.request import MAX_JSON_DEPTH, GraphQLRequest, read_get, read_post, require_json
from gateway.vocabulary.errors import ClientError


def post(**members: object) -> GraphQLRequest:
    return read_post(orjson.dumps(members))


def nested(levels: int) -> bytes:
    """A request of *levels* levels, the request's own object and `variables` being two of them."""
    inner = levels - 2
    return b'{"query":"{a}","variables":{"x":' + b"[" * inner + b"]" * inner + b"}}"


def refusal_of_post(body: bytes, content_type: str | None = "application/json") -> tuple[str, str]:
    def read() -> None:
        require_json(content_type)
        read_post(body)

    with pytest.raises(ClientError) as caught:
        read()
    return caught.value.code, caught.value.detail


def refusal_of_get(query_string: bytes) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        read_get(query_string)
    return caught.value.code, caught.value.detail


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_a_body_as_it_is_may_say_so(encoding: str | None):
    """`identity` is no encoding."""
    require_json("application/json", encoding)


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "zstd", "\x00"])
def test_an_encoded_body_is_refused(encoding: str):
    """Nothing is unpacked: some kilobytes could become gigabytes."""
    with pytest.raises(ClientError) as caught:
        require_json("application/json", encoding)

    expected = ("UNSUPPORTED_MEDIA_TYPE", f"Content-Encoding: expected none, got {encoding!r}")
    assert expected == (caught.value.code, caught.value.detail)


def test_all_members_of_a_post_are_read():
    """A POST gives its four members; what the protocol does not know is ignored."""
    request = post(query="{a}", operationName="A", variables={"i": 1}, extensions={"e": None}, futureMember=[1])

    assert GraphQLRequest("{a}", "A", {"i": 1}, {"e": None}) == request


@pytest.mark.parametrize("member", ["operationName", "variables", "extensions"])
def test_a_null_member_counts_as_absent(member: str):
    """A null for an optional member is the same as leaving it out."""
    request = post(query="{a}", **{member: None})

    assert GraphQLRequest("{a}") == request


def test_an_empty_operation_name_counts_as_absent():
    """An empty operationName names no operation, in a POST as in a GET."""
    assert post(query="{a}", operationName="").operation_name is None
    assert read_get(b"query={a}&operationName=").operation_name is None


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        " application/json ; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json;;profile=x",
    ],
)
def test_json_is_accepted_with_parameters(content_type: str):
    """The media type is matched without case, and parameters other than a foreign charset are tolerated."""
    require_json(content_type)


@pytest.mark.parametrize(
    ("content_type", "detail"),
    [
        (None, "Content-Type: expected application/json, got none"),
        ("", "Content-Type: expected application/json, got ''"),
        ("text/plain", "Content-Type: expected application/json, got 'text/plain'"),
        ("application/graphql", "Content-Type: expected application/json, got 'application/graphql'"),
        ("application/*", "Content-Type: expected application/json, got 'application/*'"),
        ("application/json utf-8", "Content-Type: expected application/json, got 'application/json utf-8'"),
        ("application/json;charset", "Content-Type: expected application/json, got 'application/json;charset'"),
        ("application/json, text/html", "Content-Type: expected application/json, got 'application/json, text/html'"),
        ("application/json;charset=latin1", "Content-Type: expected application/json in charset utf-8, got 'latin1'"),
        (
            "application/json;charset=utf-8;charset=utf-7",
            "Content-Type: expected application/json in charset utf-8, got 'utf-7'",
        ),
        ("x" * 5000, f"Content-Type: expected application/json, got '{'x' * 80}'... (5000 characters)"),
    ],
)  # fmt: skip
def test_another_media_type_is_refused(content_type: str | None, detail: str):
    """A body that is not declared as UTF-8 JSON is a 415 that quotes what came, cut to a bounded length."""
    assert ("UNSUPPORTED_MEDIA_TYPE", detail) == refusal_of_post(b'{"query":"{a}"}', content_type)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "body: expected JSON, got nothing"),
        (b" \n", "body: expected JSON, got nothing"),
        (b'{ "not a JSON', "body: expected JSON, got unreadable text: Input data was truncated"),
        (b"{} {}", "body: expected JSON, got unreadable text: JSON is malformed: trailing characters (byte 4)"),
        (b'{"query":NaN}', "body: expected JSON, got unreadable text: JSON is malformed: invalid character (byte 9)"),
        (b'{"a":1e999}', "body: expected JSON, got unreadable text: Number out of range - at `$[...]`"),
        (b'{"query":"\xff"}', "body: expected JSON in UTF-8, got the byte 0xff"),
        (b'{"\xff":1}', "body: expected JSON in UTF-8, got the byte 0xff"),
        (b"[]", "body: expected one JSON object, got an array; batches of requests are not supported, send each alone"),
        (b"7", "body: expected a JSON object, got a number"),
        (b'"{a}"', "body: expected a JSON object, got a string"),
        (b"null", "body: expected a JSON object, got null"),
        (b"{}", "query: expected a GraphQL document, got none"),
        (b'{"query":null}', "query: expected a GraphQL document, got none"),
        (b'{"query":""}', "query: expected a GraphQL document, got an empty string"),
        (b'{"query":{"obj":"ect"}}', "query: expected a string, got an object"),
        (b'{"query":0}', "query: expected a string, got a number"),
        (b'{"query":false}', "query: expected a string, got a boolean"),
        (b'{"query":["array"]}', "query: expected a string, got an array"),
        (b'{"query":"{a}","operationName":1.5}', "operationName: expected a string, got a number"),
        (b'{"query":"{a}","variables":"{}"}', "variables: expected an object, got a string"),
        (b'{"query":"{a}","variables":[7]}', "variables: expected an object, got an array"),
        (b'{"query":"{a}","extensions":true}', "extensions: expected an object, got a boolean"),
        (b'{"query":"{a}","query":"{b}"}', "body: expected every key once in an object, got 'query' twice"),
        (
            b'{"query":"{a}","variables":{"l":[{"b":1,"c":2,"\\u0062":3}]}}',
            "body: expected every key once in an object, got 'b' twice",
        ),
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused(body: bytes, detail: str):
    """A body that is no GraphQL request is a 400 that names the member, what was expected and what came."""
    assert ("BAD_REQUEST", detail) == refusal_of_post(body)


@pytest.mark.parametrize("levels", [MAX_JSON_DEPTH + 1, 1_000, 100_000])
def test_json_nested_too_deep_is_refused(levels: int):
    """Nesting is refused above one fixed depth, whether a decoder could read it or not."""
    expected = ("BAD_REQUEST", f"body: expected JSON of at most {MAX_JSON_DEPTH} levels, got more")

    assert expected == refusal_of_post(nested(levels))


def test_json_of_the_greatest_depth_is_read():
    """Exactly the allowed depth is read, and brackets inside strings are not nesting."""
    braces = "{" * 5_000

    deepest = read_post(nested(MAX_JSON_DEPTH))
    shallow = post(query=braces)

    assert deepest.variables is not None
    assert braces == shallow.query


def test_an_integer_beyond_64_bits_keeps_all_digits():
    """A long integer in the variables arrives exact: an id must not be rounded."""
    request = read_post(b'{"query":"{a}","variables":{"id":123456789012345678901234567890}}')

    assert request.variables == {"id": 123456789012345678901234567890}


@pytest.mark.parametrize("digits", [309, 4_300, 100_000])
def test_an_absurd_integer_is_read_or_refused(digits: int, only_client_errors):
    """An integer of any length is exact or refused by name, within a moment."""
    body = b'{"query":"{a}","variables":{"n":' + b"9" * digits + b"}}"
    started = time.monotonic()

    with only_client_errors():
        assert {"n": 10**digits - 1} == read_post(body).variables

    assert time.monotonic() - started < 5


def test_all_parameters_of_a_get_are_read():
    """A GET gives its four parameters, form-decoded; foreign parameters are ignored, repeated or not."""
    query_string = urlencode(
        {
            "query": "query Q($i: Int) { é }",
            "operationName": "null",
            "variables": '{"i": 1}',
            "extensions": "{}",
        }
    )

    request = read_get(query_string.encode() + b"&utm=1&utm=2")

    assert GraphQLRequest("query Q($i: Int) { é }", "null", {"i": 1}, {}) == request


@pytest.mark.parametrize(
    "query_string", [b"query={a}&variables=&extensions=", b"query=%7Ba%7D&variables=null", b"&query={a}&"]
)
def test_an_empty_parameter_counts_as_absent(query_string: bytes):
    """An optional parameter that is empty, or the JSON null, is the same as leaving it out."""
    assert GraphQLRequest("{a}") == read_get(query_string)


@pytest.mark.parametrize(
    ("query_string", "detail"),
    [
        (b"", "query: expected a GraphQL document, got none"),
        (b"query=", "query: expected a GraphQL document, got none"),
        (b"query", "query: expected a GraphQL document, got none"),
        (b"query={a}&query={b}", "query: expected one parameter of this name, got several"),
        (b"query={a}&variables=&variables={}", "variables: expected one parameter of this name, got several"),
        (b"query=%ff", "query string: expected UTF-8, got the byte 0xff"),
        (b"query=\xff", "query string: expected UTF-8, got the byte 0xff"),
        (b"query={a}&variables=[7]", "variables: expected an object, got an array"),
        (b'query={a}&variables={"a":1,"a":2}', "variables: expected every key once in an object, got 'a' twice"),
        (b"query={a}&extensions=7", "extensions: expected an object, got a number"),
        (b"query={a}&variables={", "variables: expected JSON, got unreadable text: Input data was truncated"),
        (b"&".join([b"a=1"] * 101), "query string: expected at most 100 parameters, got more"),
    ],
)
def test_a_malformed_query_string_is_refused(query_string: bytes, detail: str):
    """A query string that is no GraphQL request is a 400 that names the parameter, what was expected and what came."""
    assert ("BAD_REQUEST", detail) == refusal_of_get(query_string)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
MEMBERS = st.sampled_from(["query", "operationName", "variables", "extensions", "other"])
HOSTILE_PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"\\u",
        b"d800",
        b":",
        b",",
        b"query",
        b"null",
        b"1e9",
        b"-",
        b"\xff",
        b"\x00",
    ]
)
QUERY_STRING_PIECES = st.sampled_from([b"query=", b"variables=", b"&", b";", b"%", b"%7B", b"%f", b"{}", b"\xff", b"a"])
CONTENT_TYPES = st.none() | st.just("application/json") | st.text(max_size=60)


@given(CONTENT_TYPES, st.binary(max_size=200) | st.lists(HOSTILE_PIECES, max_size=30).map(b"".join))
def test_random_bodies_raise_nothing_but_client_errors(only_client_errors, content_type: str | None, body: bytes):
    """Whatever the bytes of a POST, the outcome is a request or a ClientError with a bounded, encodable message."""
    with only_client_errors():
        require_json(content_type)
        assert read_post(body).query


@given(st.dictionaries(MEMBERS, JSON_VALUES))
def test_random_json_members_raise_nothing_but_client_errors(only_client_errors, members: dict[str, object]):
    """Whatever the types of the members, what is read has the declared types."""
    with only_client_errors():
        request = post(**members)

        assert isinstance(request.query, str)
        assert isinstance(request.operation_name, str | None)
        assert isinstance(request.variables, dict | None)
        assert isinstance(request.extensions, dict | None)


@given(
    st.binary(max_size=200)
    | st.lists(st.tuples(MEMBERS, st.binary(max_size=20))).map(lambda pairs: urlencode(pairs).encode())
    | st.lists(QUERY_STRING_PIECES, max_size=30).map(b"".join)
)
def test_random_query_strings_raise_nothing_but_client_errors(only_client_errors, query_string: bytes):
    """Whatever the bytes of a query string, the outcome is a request or a ClientError."""
    with only_client_errors():
        assert read_get(query_string).query
