"""A visitor of the console: Chromium with the network closed, typing as a person does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The editor draws only the lines in view and wraps long ones; its model has the text as it is.
ANSWER = "() => __MONACO.editor.getModels().find((model) => model.uri.path.endsWith('response.json')).getValue()"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor of the console saw; *strangers* and *complaints* are empty when all is well."""

    # The answer as the response editor holds it: indented JSON.
    text: str
    # URLs outside of the page's origin that anything asked for; each was refused.
    strangers: list[str]
    # Console errors and warnings, uncaught exceptions, failed requests, statuses of 400 and above.
    complaints: list[str]
    hops: HopsShown = field(default_factory=lambda: HopsShown({}, {}, ""))


@dataclass(frozen=True, slots=True)
class HopsShown:
    """What the Hops panel says: `HopsShown({"hops": "2"}, {"Hop 1, departure 1": ["users.user_by_id x 3"]}, "")`."""

    totals: dict[str, str]
    # Calls by the group that they stand in, both from top to bottom.
    calls: dict[str, list[str]]
    plan: str


async def ask_in_browser(
    page_url: str, query: str, screenshot: Path, *, size: tuple[int, int] = (1400, 900), timeout_s: float = 30
) -> Asked:
    """Type *query* into the console at *page_url*, run it, and give what the page then shows.

    *query* is one named operation without comments: it is typed on one line, since the editor would indent typed
    lines by itself, and then laid out by the page's own button.

    Raises:
        playwright.async_api.TimeoutError: the editor or the answer did not appear within *timeout_s*.
    """
    asked = Asked("", [], [])
    async with async_playwright() as playwright:
        # The proxy leads nowhere, so that what interception would not see cannot leave either.
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
        )
        try:
            context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
            context.set_default_timeout(timeout_s * 1000)
            page = await context.new_page()
            await _watch(page, page_url, asked)
            await page.goto(page_url)
            await _type(page, query)
            # Not wait_for_function: a page whose policy forbids eval refuses it.
            await page.locator(".graphiql-response .view-line").filter(has_text=re.compile(r"^{$")).wait_for()
            text: str = await page.evaluate(ANSWER)
            hops = await _hops_shown(page)
            await page.screenshot(path=screenshot)
        finally:
            await browser.close()
    return Asked(text, asked.strangers, asked.complaints, hops)


async def _hops_shown(page: Page) -> HopsShown:
    panel = page.get_by_role("region", name="Hops", exact=True)
    terms, values = panel.get_by_role("term"), panel.get_by_role("definition")
    totals = dict(zip(await terms.all_inner_texts(), await values.all_inner_texts(), strict=True))
    calls = {}
    for group in await panel.get_by_role("region", name=re.compile("^Hop ")).all():
        label = await group.get_attribute("aria-label")
        names = await group.locator(".onehop-hops-name").all_inner_texts()
        # A multiplication sign, and a space that does not break.
        calls[label or ""] = [name.replace("\u00d7\u00a0", "x ") for name in names]
    plan = await panel.get_by_role("region", name="Plan", exact=True).all_inner_texts()
    return HopsShown(totals, calls, "".join(plan))


async def _watch(page: Page, page_url: str, asked: Asked) -> None:
    origin = urlsplit(page_url)[:2]

    async def stay_home(route: Route) -> None:
        if urlsplit(route.request.url)[:2] == origin:
            await route.continue_()
        else:
            asked.strangers.append(route.request.url)
            await route.abort()

    def complain(text: str) -> None:
        asked.complaints.append(text)

    await page.route("**/*", stay_home)
    page.on("console", lambda message: complain(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complain(str(error)))
    page.on("requestfailed", lambda request: complain(f"{request.url}: {request.failure}"))
    page.on("response", lambda reply: complain(f"{reply.url}: {reply.status}") if reply.status >= 400 else None)


async def _type(page: Page, query: str) -> None:
    operation_name = re.split(r"\W+", query.strip())[1]
    await page.locator(".graphiql-query-editor .view-lines").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type(" ".join(query.split()))
    # A list of suggestions left open would take the next key.
    await page.keyboard.press("Escape")
    # The editor closes brackets by itself, and does not always type over the last one it added.
    await page.keyboard.press("Control+Shift+End")
    await page.keyboard.press("Delete")
    # The page reads the operation's name 100 ms after the last key; run earlier, it would send the old name.
    await page.get_by_role("tab", name=operation_name, exact=True).wait_for()
    # Laying the query out loads further chunks, so it proves that those are found too.
    await page.get_by_role("button", name="Prettify query").click()
    await page.locator(".graphiql-query-editor .view-line").nth(1).wait_for()
    await page.locator(".graphiql-query-editor .view-lines").click()
    await page.keyboard.press("Control+Enter")
