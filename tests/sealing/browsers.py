"""Chromium and Firefox with script, driven in the same few words."""

import time
from pathlib import Path

from tor.firefox import Firefox


class Chromium:
    """One page of Chromium."""

    def __init__(self, browser, folder):
        self.folder = folder
        self.page = browser.new_context(accept_downloads=True).new_page()
        self.said = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, address):
        self.page.goto(address)

    def cut(self):
        """No network any more."""
        self.page.context.set_offline(True)

    def connect(self):
        self.page.context.set_offline(False)

    def fill(self, css, text):
        self.page.locator(css).first.evaluate("e => e.closest('details')?.setAttribute('open', '')")
        self.page.locator(css).first.fill(text)

    def choose(self, css):
        self.page.locator(css).first.evaluate("e => e.closest('details')?.setAttribute('open', '')")
        self.page.locator(css).first.check()

    def unfold(self, css):
        """Open what this is folded into."""
        opening = "e => e.closest('details').setAttribute('open', '')"
        self.page.locator(css).first.evaluate(opening)

    def press(self, css):
        self.page.locator(css).first.evaluate("e => e.closest('details')?.setAttribute('open', '')")
        self.page.locator(css).first.click()

    def wait(self, css):
        self.page.locator(css).first.wait_for(timeout=60_000)

    def text(self, css):
        return self.page.locator(css).first.inner_text()

    def has(self, css):
        return self.page.locator(css).count() > 0

    def hand_in(self, css, path):
        self.page.locator(css).set_input_files(path)

    def saved(self, css):
        """Press, and give the file that is saved."""
        with self.page.expect_download() as download:
            self.press(css)
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def script(self, text):
        return self.page.evaluate(f"() => {{ {text} }}")


class FirefoxWithScript(Firefox):
    """Firefox ESR with script on, behind an HTTP proxy."""

    def __init__(self, program, folder, proxy, jit):
        super().__init__(program, folder, 0)
        self.proxy, self.jit = proxy, jit
        self.saves = Path(f"{folder}-saved")
        self.saves.mkdir()
        self.said = []

    def _prefs(self, port):
        for name, value in super()._prefs(port):
            if name != "javascript.enabled" and not name.startswith("network.proxy.socks"):
                yield name, value
        yield from (
            ("network.proxy.http", '"127.0.0.1"'),
            ("network.proxy.http_port", self.proxy.port),
            ("browser.download.folderList", 2),
            ("browser.download.dir", f'"{self.saves}"'),
            ("browser.download.useDownloadDir", "true"),
            ("browser.download.always_ask_before_handling_new_types", "false"),
            ("javascript.options.ion", str(self.jit).lower()),
            ("javascript.options.baselinejit", str(self.jit).lower()),
        )

    def open(self, address):
        self.page.navigate(address)

    def cut(self):
        """Its only way out is the proxy, which answers nobody any more; what is tried is noted."""
        self.proxy.down = True

    def connect(self):
        self.proxy.down = False

    def fill(self, css, text):
        self.unfold(css)
        self.find(css).send_keys(text)

    def choose(self, css):
        self.unfold(css)
        self.find(css).click()

    def unfold(self, css):
        self.script(f"document.querySelector({css!r}).closest('details')?.setAttribute('open', '')")

    def press(self, css):
        self.unfold(css)
        self.find(css).click()

    def wait(self, css):
        self.see(css)

    def text(self, css):
        return self.find(css).text

    def has(self, css):
        return bool(self.page.find_elements("css selector", css))

    def hand_in(self, css, path):
        self.find(css).send_keys(str(path))

    def saved(self, css):
        self.press(css)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = [p for p in self.saves.iterdir() if p.suffix != ".part" and p.stat().st_size]
            if found and not list(self.saves.glob("*.part")):
                return found[0]
            time.sleep(0.1)
        raise AssertionError("nothing was saved")

    def script(self, text):
        return self.page.execute_script(text)
