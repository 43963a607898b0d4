"""Records that msgspec has decoded: nobody looks at their types again, and nothing is missed by that."""

from typing import Annotated, Any

import msgspec
import pytest
from msgspec.structs import force_setattr

from gateway import Backend, Call, Graph, Keys, arg, get, graph, load, object_of
from gateway.execution.guarantees import promised_types
from tests.declare.library import query_of
from tests.execution.agreeing import Answered, agree, awaited, given, graph_of

things = Backend("things")


class ThingRecord(msgspec.Struct, frozen=True):
    id: str
    text: str
    number: int
    share: float
    is_new: bool
    note: str | None = None


THING = {"id": "t1", "text": "one", "number": 1, "share": 0.5, "is_new": True, "note": None}


@things.many()
def all_things() -> Call[list[ThingRecord]]:
    return get("/things", into=list[ThingRecord])


@object_of(ThingRecord)
class Thing:
    text: str
    number: int
    share: float
    is_new: bool
    note: str | None


GRAPH = graph(query=query_of(things=(list[Thing | None], load(all_things))))
SELECTION = "{things {text number share isNew note}}"


async def answer(of: Graph, rows: list[dict[str, Any]], selection: str = SELECTION) -> Answered:
    return await agree(of, selection, backends={"things": {"GET /things": rows}})


async def test_rows_are_answered_as_they_are():
    """Each value as its backend sent it, null where it may be."""
    answered = await answer(GRAPH, [THING, THING | {"id": "t2", "note": "n", "share": 2, "number": -(2**31)}])

    one = {"text": "one", "number": 1, "share": 0.5, "isNew": True, "note": None}
    assert [one, one | {"note": "n", "share": 2.0, "number": -(2**31)}] == answered.data["things"]


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**62])
async def test_a_number_that_is_no_int_of_graphqls_fails_its_object(number):
    """Msgspec takes larger numbers than the specification, section 3.5.1, lets be answered."""
    answered = await answer(GRAPH, [THING, THING | {"number": number}])

    assert ([["things", 1, "number"]], None) == (answered.paths, answered.data["things"][1])
    assert 1 == answered.data["things"][0]["number"]


class LooseRecord(msgspec.Struct, frozen=True):
    id: str
    text: str = 5  # type: ignore[assignment]


class AbsentRecord(msgspec.Struct, frozen=True):
    id: str
    text: str = None  # type: ignore[assignment]


class ChangingRecord(msgspec.Struct, frozen=True):
    id: str
    text: str

    def __post_init__(self) -> None:
        force_setattr(self, "text", 5)


class OpenRecord(msgspec.Struct):
    id: str
    text: str


def _renumbered(rows: list[ThingRecord]) -> list[ThingRecord]:
    return [msgspec.structs.replace(row, text=5) for row in rows]


def _opened(rows: list[OpenRecord]) -> list[OpenRecord]:
    for row in rows:
        row.text = 5  # type: ignore[assignment]
    return rows


@things.many()
def loose_things() -> Call[list[LooseRecord]]:
    return get("/things", into=list[LooseRecord])


@things.many()
def absent_things() -> Call[list[AbsentRecord]]:
    return get("/things", into=list[AbsentRecord])


@things.many()
def changing_things() -> Call[list[ChangingRecord]]:
    return get("/things", into=list[ChangingRecord])


@things.many()
def open_things() -> Call[list[OpenRecord]]:
    return get("/things", into=list[OpenRecord]).then(_opened)


@things.many()
def renumbered_things() -> Call[list[ThingRecord]]:
    return get("/things", into=list[ThingRecord]).then(_renumbered)


@things.many()
async def made_things() -> list[ThingRecord]:
    return [ThingRecord("t1", 5, 1, 0.5, is_new=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("loader", "row"),
    [
        (loose_things, {"id": "t1"}),
        (changing_things, THING),
        (open_things, THING),
        (renumbered_things, THING),
        (made_things, THING),
    ],
)
async def test_what_the_application_put_into_a_record_is_looked_at(loader, row):
    """By a default, a hook of the record's own, a transform, or all by itself: a text's number is answered as text."""

    @object_of(loader.record, name="Named")
    class Named:
        text: str

    answered = await answer(graph(query=query_of(things=(list[Named], load(loader)))), [row], "{things {text}}")

    assert [{"text": "5"}] == answered.data["things"]


class HolderRecord(msgspec.Struct, frozen=True):
    thing: ThingRecord
    things: list[ThingRecord]


@object_of(HolderRecord)
class Holder:
    thing: Thing
    things: list[Thing]


@pytest.mark.parametrize("way", [given, awaited])
async def test_what_a_resolver_gives_is_looked_at(way):
    """It may have made the records, and those in their attributes, of anything."""
    made = ThingRecord("t1", 5, 1, 0.5, is_new=True)  # type: ignore[arg-type]
    of = graph_of(
        thing=(Thing, way(made)), things=(list[Thing], way([made])), holder=(Holder, way(HolderRecord(made, [made])))
    )

    answered = await agree(of, "{thing {text} things {text} holder {thing {text} things {text}}}")

    both = {"thing": {"text": "5"}, "things": [{"text": "5"}]}
    assert {**both, "holder": both} == answered.data


async def test_a_default_that_is_no_value_fails_its_field():
    """A class that says text and means None by default promises nothing."""

    @object_of(AbsentRecord, name="Absent")
    class Absent:
        text: str

    absent = graph(query=query_of(things=(list[Absent | None], load(absent_things))))

    answered = await answer(absent, [THING, {"id": "t2"}], "{things {text}}")

    assert [{"text": "one"}, None] == answered.data["things"]
    assert [["things", 1, "text"]] == answered.paths


class PartRecord(msgspec.Struct, frozen=True):
    id: str
    thing_id: str


@things.one(by=ThingRecord.id)
def thing_by_id(ids: Keys[str]) -> Call[list[ThingRecord]]:
    call = get("/things", id=ids, into=list[ThingRecord])
    return call.then(_renumbered) if "t2" in ids else call


@things.many()
def all_parts() -> Call[list[PartRecord]]:
    return get("/parts", into=list[PartRecord])


@object_of(ThingRecord, name="Whole")
class Whole:
    id: str
    text: str


@object_of(PartRecord)
class Part:
    id: str
    thing: Whole = load(thing_by_id, key=PartRecord.thing_id)


@pytest.mark.parametrize(("first", "later"), [("t1", "t2"), ("t2", "t1")])
async def test_one_call_of_several_whose_rows_were_changed_is_enough(first, later):
    """What the memo has of one loader came by several calls: one with a transform and, before or after, one without."""
    by_id = load(thing_by_id, key=arg("id", str))
    parts = [{"id": id_, "thing_id": id_} for id_ in ("t1", "t2")]
    routes = {"GET /things": [THING, THING | {"id": "t2"}], "GET /parts": parts}

    answered = await agree(
        graph(query=query_of(parts=(list[Part], load(all_parts)), first=(Whole | None, by_id))),
        "query($id: String!) {first(id: $id) {id} parts {thing {id text}}}",
        {"id": first},
        backends={"things": routes},
    )

    assert [f"GET /things?id={first}", "GET /parts", f"GET /things?id={later}"] == answered.asked
    things = [part["thing"] for part in answered.data["parts"]]
    assert [{"id": "t1", "text": "one"}, {"id": "t2", "text": "5"}] == things


def test_what_a_class_promises():
    """Each attribute's types, its default's with them; nothing where the record is not as it was decoded."""

    class Promising(msgspec.Struct, frozen=True):
        plain: str
        optional: str | None
        limited: Annotated[str, msgspec.Meta(max_length=3)]
        defaulted: int = 3
        wrong: int = "3"  # type: ignore[assignment]
        made: list[int] = []

    limited = Annotated[str, msgspec.Meta(max_length=3)]
    assert {
        "plain": {str},
        "optional": {str, type(None)},
        "limited": {limited},
        "defaulted": {int},
        "wrong": {int, str},
        "made": {list[int], Any},
    } == promised_types(Promising)
    assert [{}] * 4 == [*map(promised_types, (None, dict, OpenRecord, ChangingRecord))]


class PlainRecord(msgspec.Struct, frozen=True):
    text: str


class ByProperty(PlainRecord, frozen=True):
    @property
    def text(self) -> Any:
        return 5


class ByAttribute(PlainRecord, frozen=True):
    def __getattribute__(self, name: str) -> Any:
        return 5 if name == "text" else super().__getattribute__(name)


@pytest.mark.parametrize("record", [ByProperty, ByAttribute])
async def test_what_a_class_reads_in_a_fields_place_is_looked_at(record):
    """Msgspec has decoded a text; whoever asks for it is given a number, which is no String."""
    texts = Backend("texts")

    @texts.many()
    def all_texts() -> Call[list[record]]:
        return get("/texts", into=list[record])

    @object_of(record, name="Text")
    class Text:
        text: str

    built = graph(query=query_of(texts=(list[Text], load(all_texts))))
    answered = await agree(built, "{texts {text}}", backends={"texts": {"GET /texts": [{"text": "a"}]}})

    assert [{"text": "5"}] == answered.data["texts"]
