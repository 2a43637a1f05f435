"""axe-core in a browser of the machine: what it finds on a page, every `<details>` open."""

from contextlib import contextmanager
from pathlib import Path

from needs import give_up, need
from outside.browser import FLAGS

AXE = Path(__file__).parents[1] / "a11y/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"
CHECK = """async rules => (await axe.run({runOnly: rules, resultTypes: ['violations']})).violations
    .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])"""


@contextmanager
def chromium():
    """Run the machine's Chromium, if axe-core is there too."""
    if not AXE.exists():
        give_up("axe-core is missing: cd tests/a11y && npm ci (apt-get install nodejs npm)")
    path = need("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be absent

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


def look(sheet, html):
    """Show a page, everything in it open; return how wide it is, and what axe-core finds."""
    sheet.set_content(html)
    sheet.evaluate(OPEN)
    wide = sheet.evaluate("document.documentElement.scrollWidth")
    sheet.add_script_tag(path=AXE)
    return wide, sheet.evaluate(CHECK, RULES)
