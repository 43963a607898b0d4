"""Where settings come from, which source wins, and what is said about a wrong one."""

from __future__ import annotations

import pytest

from gateway.vocabulary.errors import SettingsError
from gateway.vocabulary.settings import BackendSettings, Settings
from gateway.vocabulary.settings_sources import load_settings, load_settings_with_sources


@pytest.fixture(autouse=True)
def working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def toml(working_directory):
    """Write `gateway.toml` into the working directory."""

    def write(text: str) -> None:
        (working_directory / "gateway.toml").write_text(text)

    return write


def problems(environ=None, *, path=None, overrides=None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {}, overrides or {})
    return str(caught.value).splitlines()


def test_without_sources_all_is_default():
    """Without file, variables and overrides there are the defaults, and each says so."""
    settings, sources = load_settings_with_sources(environ={})

    assert Settings() == settings
    assert {"default"} == set(sources.values())


def test_later_sources_win(toml):
    """Overrides win over variables, those over the file, that over the defaults; each value knows its source."""
    toml('graph = "file:graph"\ndeadline_s = 1\nshutdown_s = 1\nmax_body_bytes = 1')
    environ = {"GATEWAY_DEADLINE_S": "2", "GATEWAY_SHUTDOWN_S": "2"}

    settings, sources = load_settings_with_sources(environ=environ, overrides={"shutdown_s": 3})

    assert (1, 2.0, 3.0) == (settings.max_body_bytes, settings.deadline_s, settings.shutdown_s)
    names = ("max_body_bytes", "deadline_s", "shutdown_s", "mode")
    assert ["gateway.toml", "GATEWAY_DEADLINE_S", "override", "default"] == [sources[name] for name in names]


def test_environ_is_the_process_environment_by_default(monkeypatch):
    """Unless given, variables are those of the process."""
    monkeypatch.setenv("GATEWAY_DEADLINE_S", "3")

    assert 3.0 == load_settings().deadline_s


def test_an_explicit_path_wins(tmp_path, toml):
    """The file is the path, else what GATEWAY_SETTINGS names, else gateway.toml."""
    toml("deadline_s = 1")
    (tmp_path / "named.toml").write_text("deadline_s = 2")
    (tmp_path / "given.toml").write_text("deadline_s = 3")
    named = {"GATEWAY_SETTINGS": "named.toml"}

    loaded = [load_settings(environ={}), load_settings(environ=named), load_settings(tmp_path / "given.toml", named)]

    assert [1, 2, 3] == [settings.deadline_s for settings in loaded]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("DEADLINE_S", "3", {"deadline_s": 3.0}),
        ("DEADLINE_S", " 2.5 ", {"deadline_s": 2.5}),
        ("MAX_BODY_BYTES", "2048", {"max_body_bytes": 2048}),
        ("MODE", "development", {"mode": "development"}),
        ("GRAPH", "3", {"graph": "3"}),
        ("FORWARD_HEADERS", "accept-language, x-tenant,", {"forward_headers": ("accept-language", "x-tenant")}),
        ("FORWARD_HEADERS", '["a", "b"]', {"forward_headers": ("a", "b")}),
        ("FORWARD_HEADERS", "", {"forward_headers": ()}),
        ("BACKENDS__USERS", "lambda:u", {"backends": {"users": BackendSettings(address="lambda:u")}}),
        ("BACKENDS", '{"users": "lambda:u"}', {"backends": {"users": BackendSettings(address="lambda:u")}}),
    ],
)
def test_text_of_a_variable_becomes_the_settings_type(name, text, expected):
    """Numbers, lists, addresses and tables are read from a variable's text by the setting's type."""
    assert Settings(**expected) == load_settings(environ={f"GATEWAY_{name}": text})


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("FALSE", False), ("1", True), ("0", False)])
def test_switches_are_true_or_false(text, expected):
    """A switch is true or false, in any case, or 1 or 0."""
    environ = {"GATEWAY_MODE": "development", "GATEWAY_IDENTITY__DEVELOPMENT_HEADER": text}

    settings = load_settings(environ=environ)

    assert expected is settings.identity.development_header


def test_empty_text_unsets_what_may_be_unset(toml):
    """An empty variable unsets a setting whose default is to be unset."""
    toml('[aws]\nregion = "eu-west-1"')

    assert load_settings(environ={"GATEWAY_AWS__REGION": ""}).aws.region is None


def test_a_string_is_a_backends_address_in_toml(toml):
    """A backend may be a plain string, its address, and a variable adds to it."""
    toml('[backends]\nusers = "http://users"')

    settings, sources = load_settings_with_sources(environ={"GATEWAY_BACKENDS__USERS__TIMEOUT_S": "2"})

    assert {"users": BackendSettings(address="http://users", timeout_s=2.0)} == settings.backends
    assert "gateway.toml" == sources["backends.users.address"]
    assert "GATEWAY_BACKENDS__USERS__TIMEOUT_S" == sources["backends.users.timeout_s"]


def test_a_later_address_keeps_the_rest_of_the_table(toml):
    """A plain string replaces the address alone: tables merge."""
    toml('[backends.users]\naddress = "http://users"\ntimeout_s = 2')

    settings = load_settings(environ={"GATEWAY_BACKENDS__USERS": "lambda:users"})

    assert BackendSettings(address="lambda:users", timeout_s=2.0) == settings.backends["users"]


def test_a_part_wins_over_its_table():
    """A variable for a part of a table wins over the variable for the table, whatever their order."""
    environ = {"GATEWAY_BACKENDS__USERS__ADDRESS": "lambda:new", "GATEWAY_BACKENDS": '{"users": "lambda:old"}'}

    assert "lambda:new" == load_settings(environ=environ).backends["users"].address


def test_headers_can_be_set_by_variable(toml):
    """In a variable's name `_` stands for `-` of a header; the spelling of a source before is kept."""
    toml('[backends.users]\naddress = "http://users"\nheaders = {X-Tenant = "a"}')
    prefix = "GATEWAY_BACKENDS__USERS__HEADERS__"

    settings = load_settings(environ={f"{prefix}X_API_KEY": "k", f"{prefix}X_TENANT": "b"})

    assert {"X-Tenant": "b", "x-api-key": "k"} == settings.backends["users"].headers


def test_a_services_variables_keep_their_names():
    """Names in a service's environment keep case and separator."""
    prefix = "GATEWAY_DEV__SERVICES__USERS__"
    environ = {f"{prefix}HANDLER": "users.app.handler", f"{prefix}ENVIRONMENT__APP__SEED": "7"}

    settings = load_settings(environ=environ)

    assert {"APP__SEED": "7"} == settings.dev.services["users"].environment


def test_a_service_may_have_a_dash_in_its_name(toml):
    """A variable reaches a table's entry whose name it cannot spell."""
    toml('[dev.services.user-api]\nhandler = "a.b"')

    settings = load_settings(environ={"GATEWAY_DEV__SERVICES__USER_API__WORKERS": "3"})

    assert ["user-api"] == list(settings.dev.services)
    assert 3 == settings.dev.services["user-api"].workers


def test_overrides_are_dotted_or_nested():
    """An override is named by its dotted name or stands in nested tables."""
    dotted = load_settings(environ={}, overrides={"backends.users.address": "lambda:u", "mode": "development"})
    nested = load_settings(
        environ={}, overrides={"backends": {"users": {"address": "lambda:u"}}, "mode": "development"}
    )

    assert dotted == nested
    assert "lambda:u" == dotted.backends["users"].address


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("DEADLINE_S", "soon", "deadline_s: expected a number above 0, up to 900, got 'soon'"),
        ("DEADLINE_S", "0", "deadline_s: expected a number above 0, up to 900, got '0'"),
        ("DEADLINE_S", "nan", "deadline_s: expected a number above 0, up to 900, got 'nan'"),
        ("DEADLINE_S", "", "deadline_s: expected a number above 0, up to 900, got ''"),
        ("SHUTDOWN_S", "inf", "shutdown_s: expected a number from 0 to 300, got 'inf'"),
        ("MAX_BODY_BYTES", "1.5", "max_body_bytes: expected a whole number from 1 to 104857600, got '1.5'"),
        ("MODE", "dev", "mode: expected one of development, production, got 'dev'"),
        ("IDENTITY__DEVELOPMENT_HEADER", "yes", "identity.development_header: expected true or false, got 'yes'"),
        ("FORWARD_HEADERS", "[1", "forward_headers: expected a list of strings, got '[1'"),
        ("BACKENDS", "lambda:u", "backends: expected a table, got text that is no JSON object"),
        ("BACKENDS", '{"users"', "backends: expected a table, got text that is no JSON object"),
        ("DEADLNE_S", "2", "deadlne_s: no such setting; did you mean deadline_s?"),
        ("BACKENDS__USERS__TIMEOUT", "2", "backends.users.timeout: no such setting; did you mean timeout_s?"),
        ("MODE__X", "2", "mode.x: no such setting"),
        (
            "BACKENDS__BILLING__HEADERS__X_API_KEY",
            "s3cret\n",
            "backends.billing: headers.x-api-key: expected a value of one line without control characters, got another",
        ),
        ("AWS__REGIO", "2", "aws.regio: no such setting; did you mean region?"),
        (
            "DEV__SERVICES__USERS__PORT",
            "80",
            "dev.services.users: expected exactly one of handler and command, got neither",
        ),
    ],
)
def test_a_wrong_variable_is_explained(name, text, expected):
    """The error names variable and setting, what was expected and what came."""
    assert f"GATEWAY_{name}: {expected}" in problems({f"GATEWAY_{name}": text})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('deadline_s = "3"', "deadline_s: expected a number above 0, up to 900, got '3'"),
        ("deadline_s = true", "deadline_s: expected a number above 0, up to 900, got true"),
        ("deadline_s = nan", "deadline_s: expected a number above 0, up to 900, got nan"),
        ("deadline_s = 2026-01-01", "deadline_s: expected a number above 0, up to 900, got a value of type date"),
        ("graph = {}", "graph: expected a string that is not empty, got a table"),
        ('forward_headers = "a"', "forward_headers: expected a list of strings, got 'a'"),
        ("mode = []", "mode: expected one of development, production, got a list"),
        ("aws = 3", "aws: expected a table, got 3"),
        ("[backends]\nusers = 3", "backends.users: expected an address or a table, got 3"),
        ("[backend]", "backend: no such setting; did you mean backends?"),
        (
            '[dev.services.users]\nhandler = "a.b"\ncommand = ["c"]',
            "dev.services.users: expected exactly one of handler and command, got both",
        ),
        (
            '[dev.services.users]\nhandler = "a.b"\nhealth = "ready"',
            "dev.services.users.health: expected a path that begins with /, got 'ready'",
        ),
        (
            '[dev.services.users]\nhandler = "nodot"',
            "dev.services.users: handler: expected module.function, such as services.users.app.handler, got 'nodot'",
        ),
        (
            '[dev.services."my fn"]\nhandler = "a.b"',
            "dev: services: expected a name of letters, digits, - and _, got 'my fn'",
        ),
        (
            '[dev.services."a.b"]\ncommand = ["c"]',
            "dev: services: expected a name of letters, digits, - and _, got 'a.b'",
        ),
        (
            f'[dev.services.{"u" * 65}]\nhandler = "a.b"',
            f"dev: services.{'u' * 65}: expected a name of at most 64 characters, as a Lambda function's is, got 65",
        ),
        (
            '[dev.services.users]\ncommand = ["c", "a\\u0000"]',
            "dev.services.users: command: expected words without NUL characters, got one with",
        ),
        (
            '[dev.services.users]\ncommand = ["c"]\nenvironment = {TOKEN = "s3\\u0000"}',
            "dev.services.users: environment.TOKEN: expected a value without NUL characters, got one with",
        ),
        (
            '[dev.services.users]\ncommand = ["c"]\nenvironment = {"A=B" = "c"}',
            "dev.services.users: environment: expected a variable's name without = and NUL, got 'A=B'",
        ),
    ],
)
def test_a_wrong_file_is_explained(toml, text, expected):
    """The error names file and setting, what was expected and what came."""
    toml(text)

    assert [f"gateway.toml: {expected}"] == problems()


def test_each_problem_has_its_line(toml):
    """All problems of all sources are told at once, one a line."""
    toml("deadlin_s = 1\nshutdown_s = -1")

    lines = problems({"GATEWAY_MODE": "dev"}, overrides={"max_body_bytes": "many"})

    assert ["gateway.toml", "GATEWAY_MODE", "override", "gateway.toml"] == [
        next(line.split(": ")[0] for line in lines if f": {name}: " in line)
        for name in ("deadlin_s", "mode", "max_body_bytes", "shutdown_s")
    ]
    assert 4 == len(lines)


def test_a_disagreement_names_both_sources(toml):
    """Where two sources together are wrong, both are named."""
    toml('[dev.services.users]\nhandler = "a.b"')

    lines = problems({"GATEWAY_DEV__SERVICES__USERS__COMMAND": "run"})

    sources = "gateway.toml, GATEWAY_DEV__SERVICES__USERS__COMMAND"
    assert [f"{sources}: dev.services.users: expected exactly one of handler and command, got both"] == lines


@pytest.mark.parametrize(
    ("environ", "overrides"),
    [
        ({"GATEWAY_BACKENDS__USERS__HEADERS": "s3cret"}, {}),
        ({"GATEWAY_BACKENDS": '{"users": {"headers": {"x-api-key": "s3cret"'}, {}),
        ({"GATEWAY_BACKENDS__USERS__TIMEOUT_S": "http://ann:s3cret@users"}, {}),
        ({}, {"backends": {"users": {"address": "http://ann:s3cret@users", "headers": "s3cret"}}}),
        ({}, {"backends": {"users": {"headers": {"x-api-key": ["s3cret"]}}}}),
        ({}, {"backends": "http://ann:s3cret@users"}),
        ({}, {"backends.users.headers.x-api-key": b"s3cret"}),
        ({}, {"backends.users.api_key": "s3cret"}),
        ({"GATEWAY_DEV__SERVICES__A__ENVIRONMENT": "s3cret"}, {}),
        ({"GATEWAY_HOPS__SECRET": "s3cret"}, {}),
        ({}, {"hops": "s3cret"}),
    ],
)
def test_no_error_tells_a_secret(environ, overrides):
    """Whatever is wrong, no header, variable or password is quoted."""
    lines = problems(environ, overrides=overrides)

    assert not any("s3cret" in line for line in lines)


def test_a_secret_number_is_not_quoted(toml):
    """A header's value of a wrong type is told by its type."""
    toml('[backends.users]\naddress = "http://users"\nheaders = {x-pin = 4711}')

    lines = problems()

    assert ["gateway.toml: backends.users.headers.x-pin: expected a string, got a value of type int"] == lines


def test_a_short_secret_is_refused():
    """The key of signed headers has a least length; what was given is not quoted."""
    lines = problems({"GATEWAY_HOPS__SECRET": "s3cret"})

    expected = "expected a string of at least 32 characters, got a value of type str"
    assert [f"GATEWAY_HOPS__SECRET: hops.secret: {expected}"] == lines


def test_a_missing_file_is_explained(tmp_path):
    """A file that was asked for must exist; the error says who asked."""
    missing = tmp_path / "no.toml"

    assert [f"settings file: expected a TOML file at {missing}, got: no such file or directory"] == problems(
        path=missing
    )
    assert ["GATEWAY_SETTINGS: expected a TOML file at no.toml, got: no such file or directory"] == problems(
        {"GATEWAY_SETTINGS": "no.toml"}
    )


def test_a_directory_is_no_file(tmp_path):
    """A directory in the file's place is told as such."""
    assert [f"settings file: expected a TOML file at {tmp_path}, got: is a directory"] == problems(path=tmp_path)


def test_broken_toml_is_explained_with_its_line(toml):
    """The error names the file and the line."""
    toml("mode = 'production'\ndeadline_s = = 3")

    (line,) = problems()

    assert line.startswith("gateway.toml: expected TOML, got: ")
    assert "line 2" in line


def test_a_file_of_another_encoding_is_explained(working_directory):
    """TOML is UTF-8."""
    (working_directory / "gateway.toml").write_bytes(b'graph = "\xff"')

    assert ["gateway.toml: expected TOML in UTF-8, got another encoding at byte 9"] == problems()


@pytest.mark.parametrize(
    "name",
    [
        "GATEWAY_SERVICE_HOST",
        "GATEWAY_SERVICE_PORT",
        "GATEWAY_SERVICE_PORT_HTTP",
        "GATEWAY_PORT",
        "GATEWAY_PORT_8000_TCP",
        "GATEWAY_PORT_8000_TCP_ADDR",
        "GATEWAY_API_SERVICE_HOST",
        "GATEWAY_API_PORT_80_TCP_PROTO",
        "GATEWAY_INTERFACE",
        "OTHER_DEADLINE_S",
        "GATEWAY_SETTINGS",
    ],
)
def test_variables_of_others_are_left_alone(name):
    """What Kubernetes and CGI put into the environment is no setting, nor is an empty GATEWAY_SETTINGS."""
    assert Settings() == load_settings(environ={name: "" if name == "GATEWAY_SETTINGS" else "tcp://10.0.0.1:80"})


def test_limits_may_be_set_where_the_address_comes_from_elsewhere() -> None:
    """`gateway dev` gives addresses: a table without one is no mistake yet; the engine asks for what is missing."""
    settings = load_settings(environ={"GATEWAY_BACKENDS__USERS__TIMEOUT_S": "2"})

    assert (None, 2.0) == (settings.backends["users"].address, settings.backends["users"].timeout_s)


def test_nobody_becomes_somebody_by_a_header_in_production() -> None:
    """The development identity and production together refuse to start, and say why."""
    with pytest.raises(SettingsError, match="only with mode = development, got it with production"):
        load_settings(environ={"GATEWAY_IDENTITY__DEVELOPMENT_HEADER": "true"})
