"""Makes what PyPI shows of the package: its URLs, and a README whose links lead somewhere.

Both come from one setting, the project's public address in `pyproject.toml`. While it is empty,
the package names no URLs and the README's links stay relative.
"""

from typing import Any

from hatch_fancy_pypi_readme import hooks
from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = r"\]\((?![a-z]+:|#)"
"""A Markdown link or image whose target is a file of this project."""


class PublicMetadataHook(MetadataHookInterface):
    """Sets `readme` and `urls` of the project table."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README, and the URLs when there is an address."""
        address = self.config["address"].rstrip("/")
        config = {
            "content-type": "text/markdown",
            "fragments": [{"path": "README.md"}],
            "substitutions": _absolute_links(address) if address else [],
        }
        hooks.FancyReadmeMetadataHook(self.root, config).update(metadata)
        if address:
            metadata["urls"] = {
                "Homepage": address,
                "Source": address,
                "Issues": f"{address}/issues",
            }


def _absolute_links(address: str) -> list[dict[str, str]]:
    """Return the substitutions that make links and images work outside the repository."""
    return [
        {"pattern": rf"(!\[[^\]]*){RELATIVE}", "replacement": rf"\1]({address}/raw/HEAD/"},
        {"pattern": RELATIVE, "replacement": f"]({address}/blob/HEAD/"},
    ]
