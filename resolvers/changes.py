"""What the changes have in common: whose they are, what is sent with them, and what a refusal becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from strawberry import relay

from dataloaders.problems import Problem
from gateway import ClientError, Context, RuleError

# What any service takes as a header: visible ASCII, of a length that it keeps.
_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,64}")


def subject_of(context: Context, change: str) -> str:
    """Who makes the change.

    Raises:
        RuleError: UNAUTHENTICATED, nobody is signed in.
    """
    subject = context.identity.subject
    if subject is None:
        raise RuleError(f"{change} needs a signed-in viewer", code="UNAUTHENTICATED")
    return subject


def raw_id(name: str, value: str, type_name: str) -> str:
    """The id inside a global id that a client sent as *name*.

    Raises:
        ClientError: it is malformed, or of another type.
    """
    try:
        global_id = relay.GlobalID.from_id(value)
    except relay.GlobalIDValueError as malformed:
        raise ClientError(f"{name}: expected a global id of {type_name}, got {value[:80]!r}") from malformed
    if global_id.type_name != type_name or not global_id.node_id:
        raise ClientError(f"{name}: expected an id of {type_name}, got an id of {global_id.type_name[:80]}")
    return global_id.node_id


def checked_key(key: str | None) -> str | None:
    """The idempotency key, when it is one.

    Raises:
        ClientError: it is not.
    """
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise ClientError(f"idempotencyKey: expected 1 to 64 visible ASCII characters, got {key[:80]!r}")
    return key


def as_input_fields(problems: Sequence[Problem]) -> list[Problem]:
    """*problems* with the names that the fields have as input: `course_id` is `courseId` there."""
    return [msgspec.structs.replace(problem, field=_camel_case(problem.field)) for problem in problems]


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
