"""Settings of limits: what one operation may ask for, and what is remembered of those seen."""

from typing import Annotated

from msgspec import Meta

from .masking import Masked
from .units import MIB


class LimitSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How large a document may be, how many are remembered, and what one operation may take.

    Documents are measured before they are validated. Depth, fields and aliases are those of the operation or fragment
    that has the most, and what a fragment holds counts wherever it is spread.
    """

    max_document_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=100 * MIB,
            description="Bytes of a document's text. A page's operation is some kilobytes; what is long belongs into"
            " variables, since a document is read again for each error that is located in it.",
        ),
    ] = 100_000
    max_tokens: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Names, values, punctuation and comments of a document, or its lines if these are more. A page"
            " takes some hundred; the worst document of so many is parsed and validated within half a second.",
        ),
    ] = 6_000
    max_nesting: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Brackets within each other, and selection sets within each other once fragments are spread."
            " Parser and validator recurse with them; GraphiQL's introspection has 18.",
        ),
    ] = 50
    max_name_length: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="Characters of a name or a number. Errors repeat names, and compare them with the schema's to"
            " suggest one.",
        ),
    ] = 100
    max_comparisons: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Comparisons of fields and fragments, by which validation finds that what shares a name in the"
            " answer can be merged. They grow with the square of a selection's fragments: forty that share five"
            " fields take 32,000, and 50,000 a quarter of a second.",
        ),
    ] = 50_000
    max_depth: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Fields within each other. Each level may be one more call after the other; GraphiQL's"
            " introspection has 15.",
        ),
    ] = 20
    max_fields: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Fields and spreads of fragments. Fragments multiply them; a page selects some hundred,"
            " GraphiQL's introspection 240.",
        ),
    ] = 2_000
    max_planned_fields: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Fields of an operation's plan, those of each runtime type counted. Interfaces within"
            " interfaces multiply them; a page has some hundred, and 10,000 are planned in a third of a second.",
        ),
    ] = 10_000
    max_root_fields: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Fields of an operation's outermost selection set. Each is a query or a write of its own, so"
            " that a large page has a dozen.",
        ),
    ] = 20
    max_aliases: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Fields with an alias. They ask for one thing many times, such as a try of a code each; a page"
            " has some.",
        ),
    ] = 30
    max_directives: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Directives in a document, thus also at one place of it. A large page has some dozens.",
        ),
    ] = 100
    max_documents: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Valid documents remembered with their plans, the latest used, so that each is validated once."
            " The clients of some releases send some hundreds. Of invalid ones an eighth as many are remembered.",
        ),
    ] = 1_000
    max_document_cache_bytes: Annotated[
        int,
        Meta(
            ge=0,
            le=16 * 1024 * MIB,
            description="Bytes that the remembered documents may take, estimated at 600 a token and 3,300"
            " a planned field; an eighth as much for invalid ones. Room for 270 pages of fifty fields. One document"
            " that takes more than a quarter of it is not remembered.",
        ),
    ] = 64 * MIB
    max_keys_per_step: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Keys that one load of an operation may ask for, those of all parents together. Lists within"
            " lists multiply them: a hundred of a hundred are allowed.",
        ),
    ] = 10_000
    max_calls: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Calls to backends that one operation may make. A page makes a dozen; more come of small"
            " `max_batch`es, and 10,000 keys in batches of 20 are allowed.",
        ),
    ] = 500
    max_answer_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=16 * 1024 * MIB,
            description="Bytes of backends' answers that one operation may read: as much as eight of the longest, which"
            " memory must hold at one time.",
        ),
    ] = 64 * MIB
    max_list_items: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Items that the lists of one answer may have together, objects and plain values alike."
            " Lists within lists multiply them, however few rows are loaded: ten within ten are a million at the sixth"
            " level. A large page has some thousands; the worst of 100,000 objects takes a second or two.",
        ),
    ] = 100_000
    max_errors: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Errors in one answer. A list of failures repeats itself, and nobody reads so many.",
        ),
    ] = 100
