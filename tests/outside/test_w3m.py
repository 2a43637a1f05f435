"""In a terminal: w3m, without style, script or pictures, from the first page to what lies there."""

import os
import pty
import re
import select
import signal
import time
import warnings

import pytest
from needs import need
from outside.site import Site

TEXT = "w3m에서 쓴 이야기입니다.\n둘째 줄"
ROWS, WAIT = 250, 20


class Terminal:
    """w3m in a terminal of its own. Text areas are typed in an editor, which says what we say."""

    def __init__(self, address, folder):
        self.folder, self.saved = folder, 0
        editor = folder / "editor"
        editor.write_text(f'#!/bin/sh\ncat "{folder}/said" > "$1"\n')
        editor.chmod(0o700)
        words = ["w3m", "-I", "UTF-8", "-O", "UTF-8", "-cols", "80", "-o", f"editor={editor}"]
        environ = {"HOME": str(folder), "TERM": "vt100", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        environ |= {"LINES": str(ROWS), "COLUMNS": "80"}
        with warnings.catch_warnings():  # of threads, which the child does not use
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid, self.wire = pty.fork()
        if not self.pid:
            os.execve(need("w3m"), [*words, address], environ)  # noqa: S606 - in a terminal

    def keys(self, text):
        """Press keys, and wait until the terminal is quiet."""
        os.write(self.wire, text.encode())
        quiet = select.poll()  # select() knows no file beyond the 1,024th
        quiet.register(self.wire, select.POLLIN)
        while quiet.poll(400):
            os.read(self.wire, 1 << 16)

    def write(self, after, text):
        """Type into the text area that follows these words."""
        (self.folder / "said").write_text(text)
        self.keys("g")
        self.keys(f"/{after}\n")
        self.keys("\t\n")

    def press(self, button, expected):
        """Press the last button that is called so, and read the page that comes."""
        self.keys("G")
        self.keys(f"?{button}\n")
        self.keys("\n")
        end = time.monotonic() + WAIT
        while expected not in (page := self.page()):
            assert time.monotonic() < end, page
        return page

    def page(self):
        """What stands in the terminal, from the first line to the last."""
        self.saved += 1
        file = self.folder / f"page-{self.saved}"
        self.keys(f"S{file}\n")
        return file.read_text() if file.exists() else ""

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.wire)


@pytest.fixture
def terminal(demo, tmp_path):
    need("w3m")
    opened = []

    def at(path):
        opened.append(Terminal(demo.intake + path, tmp_path))
        opened[-1].keys("")
        return opened[-1]

    yield at
    for each in opened:
        each.close()


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_a_witness_writes_and_comes_back_in_a_terminal(terminal, demo, lang):
    site = Site(demo.intake)
    form = site.get(f"/{lang}/")
    window = terminal(f"/{lang}/")
    each_on_a_line_of_its_own(window.page(), form.form("testimony"))
    last_hint = form.id("prompts").text.strip()[-6:]
    window.write(last_hint, TEXT)
    assert TEXT.split(maxsplit=1)[0] in window.page()
    send = form.form("testimony").node.one("button", cls="main").text
    page = window.press(send, "10. ")
    words = re.findall(r"^ *\d+\. +(\S+)", page, re.MULTILINE)
    assert len(words) == 10

    back = site.get(f"/{lang}/return")
    window = terminal(f"/{lang}/return")
    window.write(back.id("how").text[-6:], " ".join(words))
    show = back.form("return").node.one("button").text
    assert time.strftime("%Y-%m-%d", time.gmtime()) in window.press(show, "20")


def each_on_a_line_of_its_own(page, form):
    """Without style the questions must not run into one another."""
    ticks = [n for n in form.node.all("input") if n.attrs["type"] == "checkbox"]
    lines = [line for line in page.splitlines() if "[ ]" in line]
    assert len(ticks) == len(lines) == sum(line.count("[ ]") for line in lines)
