"""Tasks, made without a detour: as the loop would have made them."""

import asyncio
import contextvars

import pytest
import uvloop

from gateway.vocabulary.tasks import start_task

NUMBER = contextvars.ContextVar("number", default=0)


async def _number() -> int:
    await asyncio.sleep(0)
    return NUMBER.get()


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("has_factory", [False, True])
def test_a_task_has_its_name_and_context_whoever_makes_it(loop_factory, has_factory):
    """The running loop's factory makes it, where there is one."""
    made = []

    def factory(loop, coroutine, **options):
        made.append(coroutine.__qualname__)
        return asyncio.Task(coroutine, loop=loop, **options)

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory if has_factory else None)
        context = contextvars.copy_context()
        context.run(NUMBER.set, 7)
        NUMBER.set(1)
        theirs, own = start_task(_number(), name="theirs", context=context), start_task(_number(), name="own")

        assert (["theirs", "own"], loop) == ([theirs.get_name(), own.get_name()], theirs.get_loop())
        assert [7, 1] == await asyncio.gather(theirs, own)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())

    assert (2 if has_factory else 0) == made.count(_number.__qualname__)
