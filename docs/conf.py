"""The pages as a site: `make site` builds it into var/site, with every link looked up.

The pages stay where they are and read as they are; the list at the side is made here, so that the
README need not hold it.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sphinx.application import Sphinx  # noqa: E402

project = "destinations"
author = ""
html_show_copyright = False
html_show_sphinx = False
html_title = project
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "bench/README.md", "docs/**"]
exclude_patterns = ["docs/written", "docs/conf.py", "docs/generate.py"]
myst_heading_anchors = 4  # as GitHub names them
nitpicky = True

# What stands at the side: a heading, and its pages in the order of reading.
SIDE = {
    "For those who run it": [
        "docs/commands",
        "docs/rules",
        "docs/runbooks/when-a-run-fails",
        "docs/runbooks/add-a-map",
        "SECURITY",
        "CHANGELOG",
        "bench/README",
    ],
    "For those who read it": ["docs/glossary", "docs/sources", "docs/models", "docs/exports"],
    "For those who carry it on": [
        "CONTRIBUTING",
        "docs/house",
        "docs/runbooks/add-a-rule",
        "docs/runbooks/add-a-year",
        "docs/runbooks/add-an-export-column",
        "docs/runbooks/add-a-golden-sheet",
        "docs/snapshots",
        "docs/decisions/README",
    ],
}
TREE = "\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def add_side(app: Sphinx, name: str, source: list[str]) -> None:
    """Give the front page its list, and the list of decisions theirs."""
    if name == root_doc:
        for caption, pages in SIDE.items():
            source[0] += TREE.format(caption=caption, pages="\n".join(f"/{one}" for one in pages))
    if name == "docs/decisions/README":
        pages = sorted(path.stem for path in (ROOT / "docs" / "decisions").glob("0*.md"))
        source[0] += TREE.format(caption="Decisions", pages="\n".join(pages))


def open_at_the_front(app: Sphinx, error: Exception | None) -> None:
    """Whoever opens the folder finds the front page."""
    if error is None:
        shutil.copy(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


def setup(app: Sphinx) -> None:
    """What Sphinx calls."""
    app.connect("source-read", add_side)
    app.connect("build-finished", open_at_the_front)
