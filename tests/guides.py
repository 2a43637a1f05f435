"""What README and guides tell people to type: boxes of whole lines, and commands in a sentence.

A box that says `sh` holds lines for Naru's own commands; one that says `sh machine` holds what
changes the machine, which only a machine of its own can show (`deploy/fresh.py`).
"""

import re

from outside.demo import ROOT

PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATOR = ROOT / "docs" / "operator.md"
BOX = re.compile(r"^( *)```sh( machine)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
VERBS = "make|python|export|apt-get|systemctl|journalctl|systemd-analyze|age|openssl|psql|app"
SPOKEN = re.compile(rf"(?<!`)`((?:(?:{VERBS}) |deploy/(?:install|rollback|authorise))[^`\n]*)`")


def boxes(text, *, machine=None):
    """The lines of every box, as one would type them, in their order; comments fall away.

    `machine`: only those of the machine, or only the others.
    """
    for _, kind, lines in BOX.findall(text):
        if machine in (None, bool(kind)):
            for line in lines.splitlines():
                if command := re.sub(r"\s#.*$", "", line).strip():
                    yield command


def section(page, title):
    """What stands under this heading."""
    return page.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def spoken(page):
    """The commands that stand in its sentences; what is given to make is left out."""
    said = SPOKEN.findall(re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL))
    return {re.sub(r' ARGS=".*"$', "", command) for command in said}
