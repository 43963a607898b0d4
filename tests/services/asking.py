"""A service's function asked as API Gateway asks it, and a service's process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

# One instance of a function as another process: an event a line in, a response a line out.
WORKER = """
import importlib, json, sys
handler = importlib.import_module(sys.argv[1]).handler
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), flush=True)
"""


def event(method: str, path: str, query: str = "", body: Any = None, **headers: str) -> dict[str, Any]:
    """An event of payload format 2.0; underscores in names of *headers* stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", **named},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def asker(handler: Callable[[Any, Any], Any]) -> Callable[..., tuple[int, Any]]:
    """What asks *handler* and gives status and decoded body."""

    def ask(method: str, path: str, query: str = "", body: Any = None, **headers: str) -> tuple[int, Any]:
        response = handler(event(method, path, query, body, **headers), None)
        assert response["headers"]["content-type"] == "application/json"
        return response["statusCode"], json.loads(response["body"])

    return ask


@contextmanager
def worker(module: str, environment: Mapping[str, str]) -> Iterator[Callable[..., tuple[int, Any]]]:
    """A second instance of the function in *module*, in a process of its own."""
    command = [sys.executable, "-c", WORKER, module]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def handler(sent: Any, _context: object) -> Any:
            process.stdin.write(json.dumps(sent) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield asker(handler)
        process.stdin.close()


@contextmanager
def served(service: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a service's process."""
    command = [sys.executable, "-m", f"services.{service}", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            greeting = process.stdout.readline().strip()
            assert greeting.startswith(f"{service} listening on http://127.0.0.1:"), greeting
            yield greeting.rpartition(" ")[2]
        finally:
            process.terminate()


def digest_of(expression: str, module: str, hash_seed: str) -> str:
    """The JSON of *expression*, which is made of what *module* has, in a process with that hash seed."""
    code = f"import json\nfrom {module} import *\nprint(json.dumps({expression}))"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
