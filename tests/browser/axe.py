"""What axe-core finds in a part of a page; that all of a page stand in landmarks is the host's."""

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

_AXE: Final = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"


def findings(page: Page, selector: str) -> list[str]:
    """Return what axe finds in the first element that fits `selector`."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=_AXE)
    found: list[str] = page.evaluate(
        """async (selector) => {
            const { violations } = await axe.run(document.querySelector(selector), {
                rules: { region: { enabled: false } },
            });
            return violations.flatMap(({ id, nodes }) =>
                nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
        }""",
        selector,
    )
    return found
