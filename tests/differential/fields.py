"""The fields of a random graph's types: every kind of declaration that a field can have."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING

from tests.differential.specs import Spec, draw_leaf, draw_spec

if TYPE_CHECKING:
    from tests.differential.draft import Draft

_WORDS = ("ash", "birch", "cedar", "date", "elm", "fir", "gum", "hazel", "ivy", "jute")
_ARGUMENTS = (
    ("x: int", "x"),
    ("x: int = 3", "x"),
    ("color: Color | None = None", "color"),
    ("colors: list[Color] | None = None", "colors"),
    ("even: Even = Even(2)", "even"),
    ("point: Point | None = None", "point"),
    ("shape: Shape", "shape"),
    ("either: Either | None = None", "either"),
    ("rows: list[list[int | None]] | None = None", "rows"),
    ("id: ID = ID('k1')", "id"),
    ("day: Day | None = strawberry.UNSET", "day"),
    ("text: str | None = 'hi'", "text"),
    ("anything: Anything | None = None", "anything"),
    ("share: float = 0.5", "share"),
)


class FieldWriter:
    """Draws fields for the types of one draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._rng: Random = draft.rng
        self._functions: list[str] = []
        self._names = 0

    def functions_before(self, lines: list[str]) -> list[str]:
        """*lines* with the batched resolvers in front of the first type."""
        first = next(index for index, line in enumerate(lines) if line.startswith(("@strawberry", "@object_of")))
        return [*lines[:first], *self._functions, "", "", *lines[first:]]

    def field(self, owner: str, record: str | None, number: int) -> list[str]:
        """Some field of *owner*, which is over *record* or a plain type."""
        if owner == "Mutation" and number < 2:
            return self._write(owner)
        kinds = [self._keyless, self._viewer, self._argument]
        if self._draft.is_bare:
            # Mostly plain fields: objects that wait for one load alone are made last.
            over_record = [*(self._projection,) * 6, self._reference, self._reference, self._list]
            kinds = over_record if record is not None else [*kinds, self._keyless]
            return self._rng.choice(kinds)(owner, record or "")
        if not self._draft.is_declared or self._rng.random() < 0.03:
            kinds += [self._resolver, self._resolver, self._by_hand]
        if record is not None:
            kinds += [self._projection, self._projection, self._reference, self._list, self._page, self._by_kind]
            kinds += [self._batched, self._batched, self._reference, self._list, self._pair]
        elif owner not in {"Query", "Mutation"}:
            kinds += [self._attribute, self._attribute, self._attribute]
        return self._rng.choice(kinds)(owner, record or "")

    def draw(self) -> Spec:
        """The type of a field that a resolver gives."""
        draft, rng = self._draft, self._rng
        roll = rng.random()
        if roll < 0.4:
            return draw_spec(rng, draw_leaf(rng))
        if roll < 0.5:
            inner = rng.choice([*draft.objects, "str", "int"])
            box = Spec(f"Box[{inner}]")
            draft.specs[f"Box[{inner}].value"] = Spec(inner, nullable=True)
            draft.specs[f"Box[{inner}].items"] = Spec(item=Spec(inner))
            return draw_spec(rng, box)
        return draw_spec(rng, self._named(rng.choice([*draft.objects, *draft.plain, *draft.possible])))

    def resolver(self, owner: str, spec: Spec) -> list[str]:
        """A method: sync, async, or sync with an awaitable for its value."""
        rng = self._rng
        name, place = self._name(owner, spec)
        drawn = rng.sample(_ARGUMENTS, rng.choice((0, 0, 0, 1, 1, 2)))
        drawn = list({passed: (text, passed) for text, passed in drawn}.values())
        parameters = sorted((text for text, _ in drawn), key=lambda text: "=" in text)
        takes_info = rng.random() < 0.4
        signature = ", ".join(["self", *["info: Info"] * takes_info, *parameters])
        given = ", ".join([*(f"{passed}={passed}" for _, passed in drawn), *["path=info.path.as_list()"] * takes_info])
        how = rng.choice(("give", "give", "later", "hidden"))
        call = f'{"give" if how == "give" else "give_later"}("{place}", self, dict({given}))'
        head = f"    {'async ' if how == 'later' else ''}def {name}({signature}) -> {spec}:"
        return [
            "",
            f"    @strawberry.field({self._extras(spec)})",
            head,
            f"        return {'await ' * (how == 'later')}{call}",
        ]

    def node_field(self) -> list[str]:
        """`node(id:)`, by the type in the id."""
        loaders = ", ".join(f'"{name}": one_R{name[1:]}' for name in self._draft.nodes)
        key = 'key=arg("id", relay.GlobalID)'
        return [f'    node: relay.Node | None = load(by_kind(type_of_id("id"), {{{loaders}}}), {key})']

    def _resolver(self, owner: str, _record: str) -> list[str]:
        return self.resolver(owner, self.draw())

    def _by_hand(self, owner: str, _record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        spec = Spec("T" + target[1:], nullable=True)
        name, place = self._name(owner, spec)
        return [
            "", f"    @strawberry.field({self._extras(spec)})", f"    async def {name}(self, info: Info) -> {spec}:",
            f'        return await one_{target}.load(info.context, some_key("{place}", self))',
        ]  # fmt: skip

    def _attribute(self, owner: str, _record: str) -> list[str]:
        spec = self.draw()
        name, _ = self._name(owner, spec)
        return [f"    {name}: {spec}"]

    def _projection(self, _owner: str, record: str) -> list[str]:
        fields = self._draft.fields[record]
        name = self._rng.choice((*fields, "group", "owner"))
        spec, is_any = fields.get(name, (Spec("str"), False))
        # The client's type may allow more nulls than the record has, outside; fewer, where the record says nothing.
        nullable = spec.nullable or self._rng.random() < 0.3
        return [f"    {name}: {spec.but(nullable=self._rng.random() < 0.5 if is_any else nullable)}"]

    def _reference(self, owner: str, record: str) -> list[str]:
        source, nullable = self._rng.choice((("owner", False), ("owner", True), ("other", True)))
        target = self._rng.choice(self._draft.records)
        opaque = () if self._draft.is_bare else (f"opaque_{target}",)
        loader = self._rng.choice((f"one_{target}",) * 4 + opaque)
        return self._load(owner, loader, Spec("T" + target[1:], nullable=nullable), f"key={record}.{source}")

    def _list(self, owner: str, record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        return self._load(
            owner, f"many_{target}", self._many(target), f"key={record}.{self._rng.choice(('id', 'owner'))}"
        )

    def _page(self, owner: str, record: str) -> list[str]:
        nodes = [f"R{name[1:]}" for name in self._draft.nodes]
        keyed = [name for name in nodes if self._draft.loaders[f"page_{name}"].is_keyed]
        if not keyed:
            return self._list(owner, record)
        target = self._rng.choice(keyed)
        spec = Spec(f"relay.Connection[T{target[1:]}]", nullable=self._rng.random() < 0.5)
        return self._load(owner, f"page_{target}", spec, f"key={record}.id")

    def _pair(self, owner: str, record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        key = f"key=({record}.owner, viewer('sub'))"
        return self._load(owner, f"pair_{target}", Spec("T" + target[1:], nullable=True), key)

    def _by_kind(self, owner: str, record: str) -> list[str]:
        draft = self._draft
        choices = [(name, kinds) for name, kinds in draft.possible.items() if self._records_of(kinds)]
        if not choices:
            return self._reference(owner, record)
        name, kinds = self._rng.choice(choices)
        targets = self._records_of(kinds)
        if self._rng.random() < 0.2 and name.startswith("I"):
            # Some records name a kind that no loader is for.
            targets = targets[:1]
        loaders = ", ".join(f'"{target}": one_{target}' for target in targets)
        spec = Spec(name, nullable=self._rng.random() < 0.7)
        return self._load(owner, f"by_kind({record}.kind, {{{loaders}}})", spec, f"key={record}.owner")

    def _keyless(self, owner: str, _record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        shape = self._rng.choice(("all", "top", "page"))
        is_page = shape == "page" and "T" + target[1:] in self._draft.nodes
        if is_page and not self._draft.loaders[f"page_{target}"].is_keyed:
            return self._load(owner, f"page_{target}", Spec(f"relay.Connection[T{target[1:]}]"), "")
        if shape == "all":
            return self._load(owner, f"all_{target}", self._many(target), "")
        return self._load(owner, f"top_{target}", Spec("T" + target[1:], nullable=self._rng.random() < 0.5), "")

    def _viewer(self, owner: str, _record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        spec = Spec("T" + target[1:], nullable=self._rng.random() < 0.6)
        return self._load(owner, f"one_{target}", spec, 'key=viewer("sub")')

    def _argument(self, owner: str, _record: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        by_id = "T" + target[1:] in self._draft.nodes and self._rng.random() < 0.4
        if self._rng.random() < 0.4:
            key = f'key=arg("by", relay.GlobalID, of="T{target[1:]}")' if by_id else 'key=arg("by", str | None)'
            spec = self._many(target)
            return self._load(owner, f"many_{target}", spec if by_id else spec.but(nullable=True), key)
        key = 'key=arg("by", relay.GlobalID)' if by_id else 'key=arg("by", str)'
        return self._load(owner, f"one_{target}", Spec("T" + target[1:], nullable=True), key)

    def _batched(self, owner: str, record: str) -> list[str]:
        spec = self.draw()
        name, place = self._name(owner, spec)
        extra = ", *, x: int = 1" if self._rng.random() < 0.3 else ""
        context = ", context: Context" if self._rng.random() < 0.3 else ""
        self._functions += [
            "", "", "@batched",
            f"async def {name}_of(parents: list[{record}]{context}{extra}) -> list[Any]:",
            f'    return await give_each("{place}", parents, dict({"x=x" if extra else ""}))',
        ]  # fmt: skip
        return [f"    {name}: {spec} = {name}_of"]

    def _write(self, owner: str) -> list[str]:
        target = self._rng.choice(self._draft.records)
        name, _ = self._name(owner, Spec())
        spec = Spec("T" + target[1:], nullable=self._rng.random() < 0.7)
        return [
            "", "    @strawberry.mutation", f"    async def {name}(self, info: Info, change: int = 1) -> {spec}:",
            f"        return await write_{target}.send(info.context, change=change)",
        ]  # fmt: skip

    def _load(self, owner: str, loader: str, spec: Spec, key: str) -> list[str]:
        name, _ = self._name(owner, spec)
        options = ", ".join(part for part in (loader, key, self._extras(spec)) if part)
        return [f"    {name}: {spec} = load({options})"]

    def _many(self, target: str) -> Spec:
        item = Spec("T" + target[1:], nullable=self._rng.random() < 0.5)
        return Spec(item=item, nullable=self._rng.random() < 0.5)

    def _extras(self, spec: Spec) -> str:
        """Permissions and extensions, for some fields."""
        if self._draft.is_declared:
            return ""
        roll = self._rng.random()
        silent = spec.nullable or spec.item is not None
        for share, text in ((0.07, "permission_classes=[Allow]"), (0.12, "permission_classes=[Wait]"),
                            (0.15, "permission_classes=[Allow, Wait]"), (0.18, "extensions=[Same()]")):  # fmt: skip
            if roll < share:
                return text
        if roll < 0.24 and silent:
            who = self._rng.choice(("Allow", "Allow", "Wait"))
            return f"extensions=[PermissionExtension(permissions=[{who}()], fail_silently=True)]"
        return ""

    def _named(self, name: str) -> Spec:
        """A type by its name, or as a lazy type."""
        is_class = name in self._draft.objects or name in self._draft.plain
        lazy = f'Annotated["{name}", strawberry.lazy("{self._draft.module}")]'
        return Spec(name, text=lazy if is_class and self._rng.random() < 0.2 else "")

    def _name(self, owner: str, spec: Spec) -> tuple[str, str]:
        """A name for a field, and its place; some names are shared by several types, so that they may not merge."""
        self._names += 1
        name = f"{self._rng.choice(_WORDS)}_{self._names}"
        self._draft.specs[f"{owner}.{name}"] = spec
        return name, f"{owner}.{name}"

    def _records_of(self, names: Iterable[str]) -> list[str]:
        return ["R" + name[1:] for name in names if name in self._draft.objects]
