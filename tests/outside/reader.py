"""A witness who does not see: Orca reads the pages in Firefox ESR, script off. `make reader`.

Nobody listens: what Orca would speak is taken from its own account. Each page is read from its top,
as Orca does it by itself when a page has come, in the order a person would hear it.
"""

import contextlib
import os
import pty
import queue
import re
import subprocess
import threading
import time
import tty

import pytest
from needs import need
from outside import walk
from outside.site import Site
from tor.firefox import Firefox

LANGS = ["en", "ko", "zh"]
SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*?)'?(?:\{.*)?$", re.MULTILINE)
STORY = "지어낸 이야기입니다."


class Desktop:
    """A screen nobody looks at, a bus, and Orca, whose account goes to a terminal: line by line."""

    def __init__(self, folder):
        self.running, self.told = [], queue.SimpleQueue()
        (folder / "run").mkdir(mode=0o700)
        self.environ = {
            "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"), "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8", "GSETTINGS_BACKEND": "memory", "GNOME_ACCESSIBILITY": "1",
        }  # fmt: skip
        self.terminal, self.account = pty.openpty()
        tty.setraw(self.account)
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        (reading, writing) = os.pipe()
        screen = ["-displayfd", str(writing), "-screen", "0", "1000x900x24", "-nolisten", "tcp"]
        self._run(need("Xvfb"), *screen, pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as number:
            self.environ["DISPLAY"] = ":" + number.readline().strip()
        words = ["--session", "--nofork", "--print-address=1"]
        with self._run(need("dbus-daemon"), *words, stdout=subprocess.PIPE).stdout as said:
            self.environ["DBUS_SESSION_BUS_ADDRESS"] = said.readline().decode().strip()
        self._run("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        time.sleep(1)
        self._run(need("orca"), "--replace", f"--debug-file={os.ttyname(self.account)}")
        self.hear("Screen reader on.")

    def _run(self, *command, **more):
        more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | more
        self.running.append(subprocess.Popen(command, env=self.environ, **more))
        return self.running[-1]

    def _listen(self):
        """Take in all that Orca accounts for, so that it never waits; keep what it speaks."""
        with contextlib.suppress(OSError), open(self.terminal, "rb", closefd=False) as lines:
            for line in lines:
                if found := SPOKEN.search(line.decode(errors="replace")):
                    self.told.put(found[1].strip())

    def hear(self, last, wait=90):
        """All that was spoken since it was last asked, until these words have been, and quiet."""
        end, told = time.monotonic() + wait, []
        while True:
            try:
                told.append(self.told.get(timeout=2))
            except queue.Empty:
                if any(last in one for one in told):
                    return told
            assert time.monotonic() < end, (last, told[-30:])

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        os.close(self.account)
        os.close(self.terminal)


class Seen(Firefox):
    """Firefox on that screen, which tells the reader what it shows."""

    flags = ()

    def _prefs(self, port):
        yield from super()._prefs(port)
        yield "accessibility.force_disabled", -1

    def go(self, address):
        self.page.navigate(address)

    def send(self, form):
        self.find(f"{form} button:not([formaction])").click()


@pytest.fixture(scope="module")
def desktop(tmp_path_factory):
    need("dbus-daemon")
    with Desktop(tmp_path_factory.mktemp("desktop")) as running:
        yield running


@pytest.fixture(scope="module")
def firefox(desktop, tmp_path_factory):
    program = need("firefox-esr")
    pytest.importorskip("marionette_driver")
    seen = Seen(program, tmp_path_factory.mktemp("firefox") / "profile")
    seen.environ = {
        name: desktop.environ[name]
        for name in (
            "DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "XDG_RUNTIME_DIR",
            "GNOME_ACCESSIBILITY",
        )
    }
    with seen as running:
        yield running


def in_order(told, *wanted):
    """Hold that these were heard one after the other."""
    said, at = " ".join(told), 0
    for one in wanted:
        found = said.find(" ".join(one.split()), at)
        assert found >= 0, f"{one!r} is not in: {said[at:]}"
        at = found + len(one)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own
@pytest.mark.timeout(300)
@pytest.mark.parametrize("lang", LANGS)
def test_a_witness_hears_every_page_from_the_form_to_the_letters(desktop, firefox, demo, lang):
    page = Site(demo.intake).get(f"/{lang}/")
    form, foot = page.form("testimony").node, "AGPL-3.0"
    firefox.go(f"{demo.intake}/{lang}/")
    told = desktop.hear(foot)
    labels = [node.text.split("–")[0].strip() for node in form.all("label")][:5]
    send = form.one("button", cls="main").text
    in_order(told, page.root.one("h1").text, labels[0], "entry", "required", labels[1], "combo box",
             *[word for label in labels[2:] for word in (label, "check box")], send)  # fmt: skip
    assert not any("invalid" in one for one in told), "nothing is wrong before anything is typed"
    firefox.find("[name=w_narrative]").send_keys(" ")
    firefox.send("#testimony")
    firefox.see("#error")
    in_order(desktop.hear(foot), firefox.find("#error").text, page.root.one("h1").text)
    firefox.find("[name=w_narrative]").send_keys(STORY)
    firefox.send("#testimony")
    words = firefox.see("#receipt").text.split()
    assert len(words) == 10
    in_order(desktop.hear(foot), firefox.find("h1").text, *words)
    firefox.go(f"{demo.intake}/{lang}/return")
    firefox.find("[name=receipt]").send_keys(" ".join(words))
    firefox.send("#return")
    firefox.see(".letters")
    kind = walk.come_back(Site(demo.intake), " ".join(words), lang).root.one("strong").text
    in_order(desktop.hear(foot), firefox.find("h1").text, kind)
    firefox.find("details:has(#add) summary").click()
    firefox.find("#add [name=w_narrative]").send_keys(STORY)
    firefox.send("#add")
    done = firefox.see("#done").text
    in_order(desktop.hear(foot), firefox.find("h1").text, done)
