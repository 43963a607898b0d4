"""The command line and the environment of a worker process.

Source: Lambda developer guide, "Defined runtime environment variables",
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .function import Function

_TRAMPOLINE = Path(__file__).with_name("die_with_parent.py")
# A gateway that itself runs under a Lambda runtime must not hand that runtime's settings to its workers.
_NOT_INHERITED = ("AWS_LAMBDA_", "_LAMBDA_", "_X_AMZN_")


def worker_command(function: Function) -> list[str]:
    """Return the command that runs *function* under `awslambdaric`, and that dies with this process.

    Where the kernel has no parent-death signal (not Linux) a worker ends by itself at its next call to the Runtime API,
    whose port died with this process.
    """
    return bound_to_this_process([sys.executable, "-m", "awslambdaric", function.dotted_handler])


def bound_to_this_process(command: Sequence[str]) -> list[str]:
    """Return *command* so that it is killed when this process dies, whatever it dies of; Linux only.

    Its program must be an absolute path.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", str(_TRAMPOLINE), str(os.getpid()), *command]


def worker_environment(function: Function, runtime_api: str, worker_id: str) -> dict[str, str]:
    """Return this process's environment, overlaid by the function's own, overlaid by what Lambda defines.

    *runtime_api* is `host:port`: `awslambdaric` accepts no path in it.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    merged = {**inherited, **function.environment}
    root = str(function.root)
    module_path = [root, *filter(None, [merged.get("PYTHONPATH")])]
    today = dt.datetime.now(dt.UTC).strftime("%Y/%m/%d")
    return {
        **merged,
        "_HANDLER": function.dotted_handler,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{today}/[$LATEST]{worker_id}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": function.region,
        "LAMBDA_TASK_ROOT": root,
        "PYTHONPATH": os.pathsep.join(module_path),
        "TZ": ":UTC",
    }
