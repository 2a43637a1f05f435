"""One person's window in a real browser: what is done in it, and what must not happen."""

from urllib.parse import urlsplit

SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]


class Screen:
    """One person's browser window, which notes what must not happen in it."""

    def __init__(self, browser, address, size, script, folder):
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="ko-KR",
            base_url=address,
        )
        self.page = self.context.new_page()
        self.name = ("" if size == "desktop" else f"-{size}") + ("-script" if script else "")
        self.folder, self.width, self.wrong = folder, width, []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._requested(urlsplit(address).netloc))

    def _said(self, message):
        if "the server responded with a status of 4" not in message.text:
            self.wrong.append(message.text)

    def _requested(self, host):
        def note(request):
            if urlsplit(request.url).netloc != host:
                self.wrong.append(request.url)

        return note

    def look(self, what, *, whole=True, only=None):
        """Keep a picture (of one part, ``only``); nothing may stand out to the side."""
        path = self.folder / f"{what}{self.name}.png"
        if only:
            self.page.locator(only).first.screenshot(path=path)
        else:
            self.page.screenshot(path=path, full_page=whole)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{what}: {wide} pixels wide on a screen of {self.width}"

    def form(self, *, id=None, action=None):  # noqa: A002
        return self.page.locator(f"form#{id}" if id else f'form[action$="{action}"]').first

    def put(self, form, name, value):
        """Type, choose or tick, and open what it is folded into first."""
        control = form.locator(f'[name="{name}"]')
        kind = control.first.evaluate("e => e.type")
        if kind in ("radio", "checkbox"):
            control = form.locator(f'[name="{name}"][value="{value}"]')
        folded = control.first.locator("xpath=ancestor::details[not(@open)]/summary")
        while folded.count():
            folded.first.click()
        if kind in ("radio", "checkbox"):
            control.check()
        elif kind.startswith("select"):
            control.first.select_option(value)
        elif kind == "hidden":
            control.first.evaluate("(e, v) => { e.value = v }", value)
        else:
            control.first.fill(value)

    def send(self, form):
        form.locator("button:not([formaction]), input[type=submit]:not([formaction])").last.click()
        self.page.wait_for_load_state()

    def log_in(self, member):
        self.page.goto("/login")
        form = self.page.locator("form:has([name=passphrase])")
        self.put(form, "name", member["name"])
        self.put(form, "passphrase", member["passphrase"])
        self.look("desk-login")
        self.send(form)

    def close(self):
        self.context.close()
        assert self.wrong == [], self.wrong
