"""`gateway plan`: what operations will cost, told or compared with a budget, without a call to anything.

Most of it runs in this process, over the graph and the operations of `docs/snippets`; the real command runs last.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import pytest

from gateway.cli.commands import app
from tests.cli.processes import ROOT, run_gateway

Run = Callable[..., tuple[int, str, str]]
SHELF = """
operations/shelf.graphql
query Shelf  2 hops, 3 calls, 1 Lambda invoke  (loads of up to 50 keys)
└─ books  load books.books_page(first: $first)                       hop 1, 1 call
   └─ edges.node  2 plain fields
      ├─ author  load people.author_by_id by BookRecord.author_id    hop 2, 1 call per 50 keys
      │  └─ 1 plain field
      └─ myLoan  load books.loan_of by BookRecord.id, viewer('sub')  hop 2, 1 call per 100 keys
         └─ 1 plain field
"""
CATALOGUE = """
query CourseCatalogue  2 hops, 4 calls, 1 Lambda invoke  (loads of up to 100 keys)
└─ courses  load catalogue.courses_page(first: $first, after: $after, category: $category)  hop 1, 1 call
   ├─ pageInfo  2 plain fields
   └─ edges.node  6 plain fields
      ├─ instructor  load users.user_by_id by CourseRecord.instructor_id                    hop 2, 1 call per 100 keys
      │  ├─ 4 plain fields
      │  └─ teaches  load catalogue.courses_by_instructor by UserRecord.id                  hop 2 (asked ahead), 1 call per 100 keys
      │     └─ 1 plain field
      └─ lectures  load catalogue.lectures_by_course by CourseRecord.id                     hop 2, 1 call per 100 keys
         └─ 1 plain field
"""  # noqa: E501 - as it is printed


@pytest.fixture
def operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `operations` of a working directory of its own, with settings and a budget."""
    shutil.copytree(ROOT / "docs" / "snippets" / "planning", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Path("operations")


@pytest.fixture
def plan(operations: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, standard output and standard error of the command, run in this process."""
    # The command puts the working directory there.
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(["plan", *map(str, arguments)], exit_on_error=False, print_error=False)
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_the_plans_of_a_folder_are_printed(plan: Run, operations: Path) -> None:
    """A tree for each operation of each file, in the files' order."""
    code, printed, said = plan(operations)

    assert (0, "") == (code, said)
    assert printed.startswith("operations/mentions.graphql\nquery Mentions($more: true)  3 hops, 5 calls, 2 Lambda")
    assert printed.endswith(SHELF)


def test_json_has_the_same_as_data(plan: Run, operations: Path) -> None:
    """One object an operation, with totals, the longest chain and the tree; a reason in place of a plan."""
    (operations / "types.gql").write_text("query Types {__schema {types {name}}}")

    code, printed, _ = plan(operations, "--json")

    mentions, shelf, types = json.loads(printed)
    assert 0 == code
    assert ["operations/mentions.graphql", {"more": True}] == [mentions["file"], mentions["plan"]["variant"]]
    assert {"value": 3, "at_least": False} == shelf["plan"]["totals"]["calls"]
    assert ["Shelf", 2, None] == [shelf["name"], len(shelf["plan"]["chain"]), shelf["fallback"]]
    assert ["Types", "introspection", None] == [types["name"], types["fallback"], types["plan"]]


def test_one_operation_is_chosen_by_name(plan: Run, operations: Path) -> None:
    """The others are not printed; a name that no file has is an error with the nearest one."""
    code, printed, _ = plan(operations, "--operation", "Shelf")

    assert (0, SHELF[1:]) == (code, printed)
    wrong = "gateway: --operation: no operation 'Self' in operations; did you mean Shelf?\n"
    assert (2, "", wrong) == plan(operations, "--operation", "Self")


def test_variables_choose_what_conditions_leave(plan: Run, operations: Path) -> None:
    """The dearest combination unless told; a variable that no condition reads is an error."""
    _, largest, _ = plan(operations / "mentions.graphql")
    _, smallest, _ = plan("--variable", "more=false", operations / "mentions.graphql")

    assert "query Mentions($more: true)  3 hops, 5 calls, 2 Lambda invokes" in largest
    assert "query Mentions($more: false)  3 hops, 4 calls, 2 Lambda invokes" in smallest
    unknown = "gateway: --variable: no @skip or @include reads $mor; did you mean more?\n"
    assert (2, "", unknown) == plan(operations, "--variable", "mor=false")
    unreadable = "gateway: --variable: expected name=true or name=false, got 'more=1'\n"
    assert (2, "", unreadable) == plan(operations, "--variable", "more=1")


#: One hop by today's rule, two with the other value.
HIDDEN = {
    "excluding": "query Q($x: Boolean!) {books {edges {node {title @include(if: $x) author @skip(if: $x) {name}}}}}",
    "default": "query Q($x: Boolean = false) {books {edges {node {title author @include(if: $x) {name}}}}}",
}


@pytest.mark.parametrize("query", HIDDEN.values(), ids=HIDDEN)
def test_no_condition_hides_a_hop(plan: Run, operations: Path, query: str) -> None:
    """What is printed, checked, written and given as data is the most that a client's values can make."""
    page = operations / "hidden" / "page.graphql"
    page.parent.mkdir()
    page.write_text(query)
    (page.parent / "hops.toml").write_text("[default]\nmax_hops = 1\n")

    printed, broken, data = (plan(*option, page)[1] for option in ((), ("--check",), ("--json",)))
    plan("--update", page, "--budget", page.parent / "new.toml")

    value = "true" if "= false" in query else "false"
    assert f"query Q($x: {value})  2 hops, 2 calls, 1 Lambda invoke  (" in printed
    assert f"  max_hops: expected at most 1, got 2 with $x: {value}\n" in broken
    assert {"value": 2, "at_least": False} == json.loads(data)[0]["plan"]["totals"]["hops"]
    written = "[operations.Q]\nmax_hops = 2\nmax_calls = 2\nmax_invokes = 1\n"
    assert written == (page.parent / "new.toml").read_text()
    other = {"true": "false", "false": "true"}[value]
    assert (0, "1 operation within budget\n", "") == plan("--check", page, "--variable", f"x={other}")


def test_more_conditions_than_are_tried_break_a_budget(plan: Run, operations: Path) -> None:
    """Nobody knows the most that nine may cost; a chosen one need not be tried."""
    page = operations / "nine.graphql"
    names = [f"v{number}" for number in range(9)]
    page.write_text(
        f"query Nine({', '.join(f'${name}: Boolean!' for name in names)}) {{books {{edges {{node {{title"
        f"{''.join(f' {name}: title @skip(if: ${name})' for name in names)}}}}}}}}}"
    )
    (operations / "hops.toml").write_text("[operations.Nine]\nmax_calls = 1\n")

    code, printed, _ = plan("--check", page)

    assert 1 == code
    assert "got at least 1 with $v0: false, " in printed
    assert "    unknown: the other value of $v8, which --variable chooses\n" in printed
    assert (0, "1 operation within budget\n", "") == plan("--check", page, "--variable", "v3=true")


def test_an_operation_with_too_large_a_plan_is_told(
    plan: Run, operations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway would refuse it, too; the others are planned."""
    (operations / "small.graphql").write_text("query Small {books {__typename}}")
    monkeypatch.setenv("GATEWAY_LIMITS__MAX_PLANNED_FIELDS", "8")

    code, printed, said = plan(operations)

    assert 2 == code
    assert ["Small"] == re.findall(r"^query (\w+)", printed, re.MULTILINE)
    assert [f"operations/{name}.graphql: LIMIT_EXCEEDED: operation: expected" for name in ("mentions", "shelf")] == [
        line.partition(" at most 8 ")[0] for line in said.splitlines()
    ]


def test_what_graphql_core_runs_is_told_with_its_reason(plan: Run, operations: Path) -> None:
    """Such an operation has no plan."""
    (operations / "types.gql").write_text("{__schema {types {name}}}")

    told = "operations/types.gql\nquery  runs on graphql-core, whole: introspection\n"
    assert (0, told, "") == plan(operations / "types.gql")


def test_mistakes_are_told_by_place_and_the_rest_is_planned(plan: Run, operations: Path) -> None:
    """File, line and column of what is invalid, to standard error; exit code 2."""
    (operations / "a.graphql").write_text("{\n  books { nme }\n}")
    (operations / "b.gql").write_text("{books {")
    (operations / "c.gql").write_bytes(b"\xff")
    (operations / "d.gql").write_text("type Book {id: ID}")

    code, printed, said = plan(operations)

    assert 2 == code
    assert ["Mentions($more: true)", "Shelf"] == re.findall(r"^query (\S.*?)  ", printed, re.MULTILINE)
    assert [
        "operations/a.graphql:2:11: Cannot query field 'nme' on type 'BookConnection'.",
        "operations/b.gql:1:9: Syntax Error: Expected Name, found <EOF>.",
        "operations/c.gql: expected UTF-8, got another encoding at byte 0",
        "operations/d.gql:1:1: The 'Book' definition is not executable.",
    ] == said.splitlines()


@pytest.mark.parametrize("option", ["--check", "--json", "--operation=Shelf"])
def test_nothing_to_plan_is_an_error(plan: Run, operations: Path, option: str) -> None:
    """An empty folder and a missing file each say so."""
    empty = Path("empty")
    empty.mkdir()
    shutil.copy(operations / "hops.toml", empty)

    missing = plan("none.graphql", option, "--budget=empty/hops.toml")
    nothing = plan(empty, option)

    assert (2, "none.graphql: no such file or folder\n") == missing[::2]
    assert (2, "empty: no .graphql or .gql file in it\n") == nothing[::2]


def test_a_document_beyond_the_limits_is_refused_as_a_request_is(
    plan: Run, operations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings' limits hold."""
    monkeypatch.setenv("GATEWAY_LIMITS__MAX_DEPTH", "3")

    code, _, said = plan(operations / "shelf.graphql")

    assert 2 == code
    assert said.startswith("operations/shelf.graphql: LIMIT_EXCEEDED: ")


def test_addresses_are_those_of_the_settings(plan: Run, operations: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They say which calls are invokes; a wrong address is told."""
    monkeypatch.setenv("GATEWAY_BACKENDS__BOOKS", "lambda:books")
    _, all_invokes, _ = plan(operations / "shelf.graphql")
    monkeypatch.setenv("GATEWAY_BACKENDS__BOOKS", "lamda:books")
    code, _, said = plan(operations / "shelf.graphql")

    assert "query Shelf  2 hops, 3 calls, 3 Lambda invokes" in all_invokes
    assert 2 == code
    assert said.startswith("gateway: backends.books.address: expected one of http://")


def test_a_service_of_gateway_dev_stands_for_an_address(plan: Run, operations: Path) -> None:
    """Where a backend has none of its own; with neither, invokes are unknown, which is no error."""
    Path("gateway.toml").write_text(
        'graph = "docs.snippets.library:graph"\n[dev.services.people]\nhandler = "people.handler"\n'
    )
    _, some, _ = plan(operations / "shelf.graphql")
    Path("gateway.toml").write_text('graph = "docs.snippets.library:graph"\n')
    code, none, said = plan(operations / "shelf.graphql")

    assert "query Shelf  2 hops, 3 calls, at least 1 Lambda invoke  (" in some
    assert "query Shelf  2 hops, 3 calls, Lambda invokes unknown  (" in none
    assert (0, "") == (code, said)


def test_a_budget_that_holds_is_one_line(plan: Run, operations: Path) -> None:
    """Exit code 0."""
    assert (0, "2 operations within budget\n", "") == plan("--check", operations)


def test_a_broken_budget_is_told_with_its_longest_chain(plan: Run, operations: Path) -> None:
    """Operation, limit, what was allowed, what it is, and the loads; exit code 1."""
    (operations / "hops.toml").write_text("[operations.Mentions]\nmax_hops = 2\n[operations.Shelf]\nmax_hops = 2\n")

    expected = cleandoc(
        """
        Mentions  operations/mentions.graphql
          max_hops: expected at most 2, got 3 with $more: true
            hop 1  mentions             books.mentions
            hop 2  mentions.what        people.author_by_id or books.book_by_id
            hop 3  mentions.what.books  books.books_by_author

        1 of 2 operations over budget
        """
    )
    assert (1, expected + "\n", "") == plan("--check", operations)


def test_an_operation_that_grows_breaks_the_gate(plan: Run, operations: Path) -> None:
    """A field added to a page costs a call more, and the check says so."""
    page = operations / "shelf.graphql"
    page.write_text(
        page.read_text().replace("author {", "again: author {\n          name\n        }\n        author {")
    )

    code, printed, _ = plan("--check", page)

    assert 1 == code
    assert "  max_calls: expected at most 3, got 4\n" in printed


def test_a_budget_for_no_operation_is_an_error(plan: Run, operations: Path) -> None:
    """Once a whole folder is checked; a single file leaves the others' budgets alone."""
    (operations / "hops.toml").write_text("[operations.Self]\nmax_hops = 2\n")

    error = "gateway: operations/hops.toml: operations.Self: no file has it; did you mean Shelf?\n"
    assert (2, "", error) == plan("--check", operations)
    alone = "0 operations within budget, 1 without a budget: [default] is for all that have none\n"
    assert (0, alone, "") == plan("--check", operations / "shelf.graphql")


def test_an_unreadable_budget_is_an_error(plan: Run, operations: Path) -> None:
    """Exit code 2, and what to do about it."""
    hops = operations / "hops.toml"

    missing = plan("--check", operations, "--budget", "none.toml")
    folder = plan("--check", operations, "--budget", operations)
    hops.write_text("[default]\nmax_hop = 1\n")
    wrong = plan("--check", operations)
    hops.write_bytes(b"\xff")
    encoded = plan("--check", operations)

    assert (2, "gateway: none.toml: no such file; --update writes one with today's figures\n") == missing[::2]
    assert (2, "gateway: operations: cannot be read: Is a directory\n") == folder[::2]
    assert (2, f"gateway: {hops}: default.max_hop: no such limit; did you mean max_hops?\n") == wrong[::2]
    assert (2, f"gateway: {hops}: expected TOML in UTF-8, got another encoding at byte 0\n") == encoded[::2]


def test_a_name_used_twice_is_an_error(plan: Run, operations: Path) -> None:
    """A budget could mean either operation."""
    shutil.copy(operations / "shelf.graphql", operations / "again.gql")

    error = "Shelf: expected one operation of that name, got 2: operations/again.gql and operations/shelf.graphql"
    assert (2, "", f"gateway: {error}\n") == plan("--check", operations)


def test_an_unnamed_operation_has_its_files_name(plan: Run, operations: Path) -> None:
    """`[operations."one.graphql"]`."""
    (operations / "one.graphql").write_text("{books {edges {node {title}}}}")
    (operations / "hops.toml").write_text('[operations."one.graphql"]\nmax_calls = 0\n')

    code, printed, _ = plan("--check", operations)

    assert 1 == code
    assert printed.startswith("one.graphql  operations/one.graphql\n  max_calls: expected at most 0, got 1\n")
    assert printed.endswith("1 of 1 operation over budget, 2 without a budget: [default] is for all that have none\n")


def test_what_is_not_planned_is_counted_apart(plan: Run, operations: Path) -> None:
    """An operation that graphql-core may run holds, and the summary says that nothing was compared."""
    types = operations / "types.gql"
    types.write_text("query Types {__schema {types {name}}}")
    refused, *_ = plan("--check", types)
    (operations / "hops.toml").write_text("[operations.Types]\nallow_fallback = true\n")

    assert 1 == refused
    assert (0, "1 operation within budget, 1 not planned\n", "") == plan("--check", types)


def test_a_check_says_what_it_could_not_read(plan: Run, operations: Path) -> None:
    """The others are compared; the exit code is that of unreadable input."""
    (operations / "bad.graphql").write_text("{books {")

    code, printed, said = plan("--check", operations)

    assert (2, "2 operations within budget\n") == (code, printed)
    assert said.startswith("operations/bad.graphql:1:9: ")


def test_update_writes_todays_figures_once(plan: Run, operations: Path) -> None:
    """A new file is written, and holds; one that exists is kept, and its successor printed to paste."""
    hops = operations / "hops.toml"
    hops.unlink()

    assert (0, "operations/hops.toml: 2 operations\n", "") == plan("--update", operations)
    assert (0, "2 operations within budget\n", "") == plan("--check", operations)
    text = hops.read_text()
    assert text.endswith("\n\n[operations.Shelf]\nmax_hops = 2\nmax_calls = 3\nmax_invokes = 1\n")
    kept = "exists and is not overwritten, for its comments: today's figures stand above, to paste"
    assert (2, text, f"gateway: {hops} {kept}\n") == plan("--update", operations)
    assert text == hops.read_text()
    nowhere = "gateway: cannot write no/hops.toml: No such file or directory\n"
    assert (2, "", nowhere) == plan("--update", operations, "--budget", "no/hops.toml")


def test_only_one_thing_is_asked_at_a_time(plan: Run, operations: Path) -> None:
    """Printing, checking and writing exclude each other."""
    error = "gateway: expected only one of --json, --check and --update\n"
    assert (2, "", error) == plan("--check", "--json", operations)


async def test_the_command_prints_the_plan_of_an_example() -> None:
    """The real command over the reference graph."""
    file = "examples/operations/course_catalogue.graphql"

    code, printed, said = await run_gateway("plan", file, environment={"PYTHONIOENCODING": "utf-8"})

    assert (0, file + CATALOGUE, "") == (code, printed, said)


async def test_output_in_another_encoding_is_drawn_in_ascii() -> None:
    """No box characters where a terminal has none."""
    environment = {"PYTHONIOENCODING": "latin-1"}

    code, printed, _ = await run_gateway(
        "plan", "examples/operations/course_catalogue.graphql", environment=environment
    )

    assert 0 == code
    assert printed.splitlines()[2].startswith("`- courses  load catalogue.courses_page(first: $first, ")


async def test_the_examples_are_within_their_budget() -> None:
    """The committed gate, as CI runs it."""
    code, printed, said = await run_gateway("plan", "--check", "examples/operations")

    assert (0, "") == (code, said)
    assert re.fullmatch(r"\d+ operations within budget\n", printed)


async def test_the_command_fails_when_a_budget_is_broken(tmp_path: Path) -> None:
    """A page that may take one hop and takes two fails the build."""
    page = shutil.copy(ROOT / "examples" / "operations" / "course_catalogue.graphql", tmp_path)
    (tmp_path / "hops.toml").write_text("[operations.CourseCatalogue]\nmax_hops = 1\nmax_calls = 4\n")

    expected = cleandoc(
        f"""
        CourseCatalogue  {page}
          max_hops: expected at most 1, got 2
            hop 1  courses                        catalogue.courses_page
            hop 2  courses.edges.node.instructor  users.user_by_id

        1 of 1 operation over budget
        """
    )
    assert (1, expected + "\n", "") == await run_gateway("plan", "--check", str(tmp_path))


async def test_the_graph_may_be_another_one(tmp_path: Path) -> None:
    """As with the other commands: module:attribute, the working directory first; a wrong one is told."""
    (tmp_path / "hello.py").write_text(
        "import strawberry, gateway\n"
        "@strawberry.type\nclass Query:\n    hello: str = 'world'\n"
        "graph = gateway.graph(query=Query)\n"
    )
    (tmp_path / "hello.graphql").write_text("query Hello {hello}")

    told = await run_gateway("plan", "hello.graphql", "--graph", "hello:graph", "--json", directory=tmp_path)
    wrong = await run_gateway("plan", "hello.graphql", "--graph", "hello:grap", directory=tmp_path)

    assert [0, "Hello"] == [told[0], json.loads(told[1])[0]["name"]]
    assert (2, "", "gateway: graph: hello has no 'grap'; did you mean graph?\n") == wrong


async def test_help_shows_an_example() -> None:
    """A line to copy."""
    code, printed, _ = await run_gateway("plan", "--help", environment={"NO_COLOR": "1"})

    assert 0 == code
    assert "Example: gateway plan examples/operations --check" in printed


def test_no_server_is_imported_and_no_socket_opened() -> None:
    """A plan is made of declarations: nothing that serves or calls is needed."""
    program = cleandoc(
        """
        import socket, sys
        def refuse(*_, **__): raise AssertionError("a socket was opened")
        socket.socket.connect = socket.socket.bind = refuse
        from gateway.cli.commands import main
        sys.argv = ["gateway", "plan", "examples/operations/home.graphql", "--json"]
        try:
            main()
        except SystemExit as end:
            unwanted = {"granian", "uvloop", "gateway.cli.dev", "gateway.asgi"}
            print(end.code, unwanted & set(sys.modules), file=sys.stderr)
        """
    )
    command = [sys.executable, "-c", program]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)

    assert "0 set()\n" == ran.stderr
