"""The error table and the classes that stand for its kinds."""

from __future__ import annotations

import builtins
import re
from typing import get_args

import pytest

from gateway.vocabulary import errors
from gateway.vocabulary.errors import ROWS, TABLE, DeclarationError, GatewayError, Kind, SettingsError

CLASSES = {cls.kind: cls for cls in GatewayError.__subclasses__()}
TREE = dict(re.findall(r"── (\w+) +\((\w+)\)", errors.__doc__)) | dict(
    re.findall(r"^ {4}(\w+Error) +\((\w+)\)", errors.__doc__, re.MULTILINE)
)
CLIENTS_OWN = {"client", "rule"}


def test_each_kind_has_one_class():
    """Kinds, classes and rows of the table are the same set, no class shared."""
    assert set(get_args(Kind)) == set(CLASSES) == {row.kind for row in TABLE}
    assert len(CLASSES) == len(GatewayError.__subclasses__())


def test_codes_are_unique():
    """A code has one row."""
    assert len(TABLE) == len({row.code for row in TABLE}) == len(ROWS)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_default_code_is_of_the_classes_kind(kind):
    """A class without a code has one of its own kind."""
    assert kind == CLASSES[kind]().row.kind


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.code)
def test_a_row_can_be_raised(row):
    """Each row is raised by its kind's class, and says its code."""
    error = CLASSES[row.kind]("detail", code=row.code)

    assert (row, row.code) == (error.row, error.code)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.code)
def test_rows_are_complete(row):
    """A row has a status of an error and two texts, each of sentences."""
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", row.code)
    assert 400 <= row.http_status < 600
    for text in (row.client_text, row.operator_text):
        assert text[0].isupper() or text.startswith("operationName")
        assert text[-1] in ".?"


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind not in CLIENTS_OWN], ids=lambda row: row.code)
def test_detail_of_others_faults_is_masked(row):
    """Of what is not the client's own fault, a client reads the row's text, never detail or backend."""
    error = CLASSES[row.kind]("http://users.internal: refused", code=row.code, backend="users")

    assert row.client_text == error.client_message
    assert "internal" not in error.client_message


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind in CLIENTS_OWN], ids=lambda row: row.code)
def test_detail_of_the_clients_fault_is_shown(row):
    """Of its own fault a client reads the detail, or the row's text where there is none."""
    cls = CLASSES[row.kind]

    assert "first: too many" == cls("first: too many", code=row.code).client_message
    assert row.client_text == cls(code=row.code).client_message


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.code)
def test_only_a_backends_failure_counts_or_is_tried_again(row):
    """A client's, a rule's or our own fault is neither tried again nor held against a backend."""
    if row.kind in {"client", "rule", "missing", "engine"}:
        assert (False, False) == (row.retryable, row.counts_for_breaker)


def test_the_tree_names_each_class():
    """The tree in the module's docstring is complete."""
    classes = {cls.__name__ for cls in (*CLASSES.values(), SettingsError, DeclarationError)}

    assert classes == set(TREE)


@pytest.mark.parametrize("name", TREE)
def test_classes_subclass_the_builtin_of_the_tree(name):
    """A class is caught by the builtin that stands beside it in the tree."""
    builtin = getattr(builtins, TREE[name])

    assert issubclass(getattr(errors, name), builtin)


def test_the_operators_text_names_backend_code_and_detail():
    """As a string, an error is for the operator: backend, code, and detail or the row's text."""
    refused = errors.BackendError("GET /users: 403", code="BACKEND_REFUSED", backend="users")

    assert "users: BACKEND_REFUSED: GET /users: 403" == str(refused)
    assert f"FORBIDDEN: {ROWS['FORBIDDEN'].operator_text}" == str(errors.RuleError())


def test_an_unknown_code_is_refused():
    """An error has a row."""
    with pytest.raises(KeyError):
        errors.ClientError("detail", code="NO_SUCH_CODE")
