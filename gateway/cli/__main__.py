"""The `gateway` command, and `python -m gateway.cli` where that script is not on the path."""

from __future__ import annotations

import sys

from ..application.garbage import nothing_collected
from .serve_arguments import read_serve


def main() -> None:
    """Run the command that the arguments name; Ctrl-C ends it as it ends a shell's."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)


def _run(arguments: list[str]) -> None:
    told = read_serve(arguments)
    # Either imports what the other must not wait for.
    if told is None:
        with nothing_collected():
            from .commands import main as run_command  # noqa: PLC0415
        run_command()
    else:
        with nothing_collected():
            from .serve import run_serve  # noqa: PLC0415
        run_serve(told)


if __name__ == "__main__":
    main()
