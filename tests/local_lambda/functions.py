"""Handlers that the tests run in worker processes; `awslambdaric` imports them, the tests do not."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path


def echo(event, context):
    return event


def size_of(event, context):
    return len(event)


def text_of_size(event, context):
    return "x" * event


def who(event, context):
    return {"pid": os.getpid(), "parent": os.getppid(), "session": os.getsid(0), "directory": str(Path.cwd())}


def describe_context(event, context):
    return {
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "client": context.client_context and context.client_context.custom,
        "memory_mb": context.memory_limit_in_mb,
        "trace_id": os.environ["_X_AMZN_TRACE_ID"],
    }


def environment(event, context):
    return dict(os.environ)


def fail(event, context):
    raise ValueError("no such course")


def leave(event, context):
    os._exit(event)


def die(event, context):
    os.kill(os.getpid(), signal.SIGKILL)


def say(event, context):
    sys.stdout.write("to stdout\n")
    sys.stderr.write("to stderr\n")
    sys.stdout.write("x" * event)


def meet(event, context, pid=None):
    """Report to the test at the port *event*, and return what it answers; the test decides when."""
    with socket.create_connection(("127.0.0.1", event)) as connection, connection.makefile("rw") as stream:
        print(
            json.dumps({"pid": pid or os.getpid(), "client": context.client_context is not None}),
            file=stream,
            flush=True,
        )
        line = stream.readline()
        return json.loads(line) if line else None


def meet_and_ignore_sigterm(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # A closed meeting must not end it either: only SIGKILL does.
    meet(event, context)
    signal.pause()


def leave_a_child(event, context):
    child = subprocess.Popen(["sleep", "600"])
    return meet(event, context, pid=child.pid)


def leave_a_child_and_exit(event, context):
    leave_a_child(event, context)
    os._exit(1)
