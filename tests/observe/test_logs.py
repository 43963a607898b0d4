"""Log lines: one JSON object, or text for a person; both on standard error."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re

import pytest

from gateway.observe.logs import configure_logs, log, text_line


def test_a_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Facts, event, level and time in UTC; what has no value is left out, and what JSON cannot say is described."""
    log.warning("call", keys=2, error=None, text="a\nb", odd=object)

    out, err = capsys.readouterr()
    line = json.loads(err)
    assert ("", 1) == (out, err.count("\n"))
    assert line.pop("timestamp").endswith("Z")
    assert {"keys": 2, "text": "a\nb", "odd": "<class 'object'>", "event": "call", "level": "warning"} == line


def test_a_persons_line_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal it has no colours."""
    configure_logs(readable=True)

    log.info("call", keys=2)

    time, rest = capsys.readouterr().err.split(" ", 1)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", time)
    assert "[info     ] call keys=2\n" == rest


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"loader": "users.user_by_id", "ms": 1.5}, "12:00:00 [error    ] failed loader=users.user_by_id ms=1.5"),
        ({"detail": "two words"}, "12:00:00 [error    ] failed detail='two words'"),
        ({"detail": "\x1b[2J"}, "12:00:00 [error    ] failed detail='\\x1b[2J'"),
        ({"exception": "Traceback\n  line", "id": "r"}, "12:00:00 [error    ] failed id=r\nTraceback\n  line"),
    ],
)
def test_facts_are_told_apart(facts: dict[str, object], expected: str) -> None:
    """Text that is no plain word is quoted, so that none moves the cursor; an exception stands below."""
    assert expected == text_line("12:00:00", "failed", "error", facts, colours=False)


def test_a_terminal_has_colours() -> None:
    """The level's, and those of names and values."""
    line = text_line("12:00:00", "call", "info", {"keys": 2}, colours=True)

    assert "\x1b[32m\x1b[1minfo     \x1b[0m" in line
    assert line.endswith("\x1b[36mkeys\x1b[0m=\x1b[35m2\x1b[0m")


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wants errors alone gets no more."""
    configure_logs(readable=True, level=logging.ERROR)

    log.info("call")
    log.warning("call")
    log.error("failed")

    assert 1 == capsys.readouterr().err.count("\n")


def test_an_application_may_have_the_lines_in_its_own_form(capsys: pytest.CaptureFixture[str]) -> None:
    """They are records of the logger `gateway`, with their facts; a record of somebody else's has none."""
    theirs, kept = logging.getLogger("gateway.of.theirs"), list[logging.LogRecord]()
    handler = logging.Handler()
    handler.emit = kept.append  # type: ignore[method-assign]
    logging.getLogger("gateway").addHandler(handler)

    log.info("call", keys=2)
    theirs.critical("all is %s", "lost")

    (call, lost), lines = kept, capsys.readouterr().err.splitlines()
    assert ("call", {"keys": 2}) == (call.getMessage(), call.facts)  # type: ignore[attr-defined]
    assert "all is lost" == lost.getMessage() == json.loads(lines[1])["event"]


def test_lines_survive_an_application_that_configures_logging(capsys: pytest.CaptureFixture[str]) -> None:
    """Python's `dictConfig` silences every logger that it is not told of, unless asked not to."""
    logging.config.dictConfig({"version": 1})

    configure_logs(readable=False)
    log.error("failed")

    assert "failed" == json.loads(capsys.readouterr().err)["event"]


def test_a_line_that_cannot_be_written_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads standard error may have gone."""

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Gone())
    monkeypatch.setattr(logging, "raiseExceptions", False)

    log.error("failed")
