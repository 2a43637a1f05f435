"""A reviewer's window in Chromium or in Firefox ESR, script on or off, driven in the same words."""

import contextlib
import time

from outside import axe
from outside.browser import Screen
from tor.firefox import Firefox

PATIENCE = 20
FOLDED = "details:not([open]):has({}) > summary"
SIZE = (1280, 860)
WHERE = """
  const text = document.getElementById(arguments[0]);
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const at = node.data.indexOf(arguments[1]);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + arguments[1].length);
    node.parentElement.scrollIntoView({block: "center"});
    const lines = range.getClientRects(), first = lines[0], last = lines[lines.length - 1];
    const middle = ({top, bottom}) => (top + bottom) / 2;
    return [first.left + 1, middle(first), last.right - 1, middle(last)];
  }
"""
KEYS = {"Enter": "\ue007", "Control": "\ue009"}


class Window:
    """What a reviewer does with a page; the two browsers below say how."""

    script: bool

    def all(self, css):
        """Return every element that fits, each with ``text``, ``get``, ``click`` and ``type``."""
        raise NotImplementedError

    def one(self, css):
        """The first that fits, once it is there."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.all(css)
            if found:
                return found[0]
            assert time.monotonic() < end, (css, self.here())
            time.sleep(0.05)

    def count(self, css):
        return len(self.all(css))

    def texts(self, css):
        return [each.text for each in self.all(css)]

    def put(self, form, name, value):
        """Type, choose or tick, and open what it is folded into first."""
        css = f'{form} [name="{name}"]'
        control = self.one(css)
        kind = control.get("type")
        if kind in ("radio", "checkbox"):
            css = f'{css}[value="{value}"]'
        for summary in self.all(FOLDED.format(css)):
            summary.click()
        if kind in ("radio", "checkbox"):
            self.one(css).click()
        elif kind.startswith("select"):
            self.choose(css, value)
        else:
            control.type(value)

    def send(self, form):
        """Press the form's last button that sends it where it says."""
        self.all(f"{form} button:not([formaction])")[-1].click()
        self.settle()

    def press(self, css):
        self.one(css).click()
        self.settle()

    def log_in(self, name, passphrase):
        self.go("/login")
        self.put("main form", "name", name)
        self.put("main form", "passphrase", passphrase)
        self.send("main form")

    def select(self, words, text="narrative"):
        """Drag the mouse over words of the page."""
        left, top, right, bottom = self.ask(WHERE, text, words)
        self.drag((left, top), (right, bottom))
        end = time.monotonic() + PATIENCE
        while self.one("#chosen").text.strip() != words:
            assert time.monotonic() < end, (words, self.one("#chosen").text)
            time.sleep(0.05)

    def until(self, script):
        """Wait until a script of the page says so."""
        end = time.monotonic() + PATIENCE
        while not self.ask(script):
            assert time.monotonic() < end, script
            time.sleep(0.05)

    def second(self):
        """Return where the player stands once it knows its recording."""
        ready = "return document.getElementById('player').readyState >= 1"
        self.until(ready)
        return self.ask("return document.getElementById('player').currentTime")


class _Handle:
    """An element of Chromium."""

    def __init__(self, handle):
        self.handle = handle

    @property
    def text(self):
        return self.handle.text_content()

    def get(self, name):
        if name == "type":
            return self.handle.evaluate("e => e.type")
        return self.handle.get_attribute(name)

    def click(self):
        self.handle.click()

    def type(self, words):
        self.handle.fill(words)

    def look_of(self, style):
        return self.handle.evaluate("(e, s) => getComputedStyle(e)[s]", style)


class Chromium(Window):
    """A window of Chromium."""

    def __init__(self, browser, address, folder, *, script):
        self.screen = Screen(browser, address, "desktop", script, folder)
        self.page, self.script = self.screen.page, script

    def go(self, path):
        self.page.goto(path)

    def here(self):
        return self.page.url

    def all(self, css):
        return [_Handle(each) for each in self.page.query_selector_all(css)]

    def one(self, css):
        self.page.locator(css).first.wait_for(state="attached", timeout=PATIENCE * 1000)
        return super().one(css)

    def choose(self, css, value):
        self.page.select_option(css, value)

    def settle(self):
        self.page.wait_for_load_state()

    def ask(self, script, *words):
        return self.page.evaluate(f"words => (function () {{{script}}})(...words)", words)

    def drag(self, start, end):
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=5)
        self.page.mouse.up()

    def key(self, *names):
        for name in names:
            self.page.keyboard.press(name)
        self.settle()

    def leads_on(self, key):
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def look(self, what):
        self.screen.look(what)

    def close(self):
        self.screen.close()


class _Element:
    """An element of Firefox."""

    def __init__(self, window, element):
        self.window, self.element = window, element

    @property
    def text(self):
        return self.element.get_property("textContent")

    def get(self, name):
        if name == "type":
            return self.element.get_property("type")
        return self.element.get_attribute(name)

    def click(self):
        self.element.click()

    def type(self, words):
        self.element.clear()
        self.element.send_keys(words)

    def look_of(self, style):
        return self.element.value_of_css_property(style)


class Fox(Window):
    """A window of Firefox ESR; one browser serves several tests, each without the last's cookie."""

    def __init__(self, firefox, address, folder, *, script):
        self.page, self.address = firefox.page, address
        self.folder, self.script = folder, script
        self.page.set_window_rect(width=SIZE[0], height=SIZE[1])
        self.go("/login")
        self.page.delete_all_cookies()

    def go(self, path):
        self.page.navigate(self.address + path)

    def here(self):
        return self.page.get_url()

    def all(self, css):
        found = self.page.find_elements("css selector", css)
        return [_Element(self, each) for each in found]

    def choose(self, css, value):
        self.one(f'{css} option[value="{value}"]').click()

    def settle(self):
        """Wait for nothing: Marionette has waited for the page."""

    def ask(self, script, *words):
        return self.page.execute_script(script, script_args=words)

    def drag(self, start, end):
        from marionette_driver.marionette import ActionSequence  # noqa: PLC0415 - only where it is

        mouse = ActionSequence(self.page, "pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(*map(round, start)).pointer_down()
        mouse.pointer_move(*map(round, end), duration=100).pointer_up().perform()

    def key(self, *names):
        from marionette_driver.marionette import ActionSequence  # noqa: PLC0415

        for name in names:
            keys, held = ActionSequence(self.page, "key", "keys"), name.split("+")
            for each in held:
                keys.key_down(KEYS.get(each, each))
            for each in reversed(held):
                keys.key_up(KEYS.get(each, each))
            keys.perform()

    def leads_on(self, key):
        """Press a key that leads to another page."""
        before, end = self.here(), time.monotonic() + PATIENCE
        self.key(key)
        while self.here() == before:
            assert time.monotonic() < end, (key, before)
            time.sleep(0.05)

    def look(self, what):
        name = f"{what}-firefox{'-script' if self.script else ''}.png"
        (self.folder / name).write_bytes(self.page.screenshot(format="binary", full=True))

    def close(self):
        self.go("/login")


@contextlib.contextmanager
def browsers(folder):
    """Give a function that opens a window; each browser starts when it is first asked for."""
    with contextlib.ExitStack() as stack:
        running = {}

        def open_at(kind, address, pictures, *, script):
            name = (kind, kind == "firefox" and script)
            if name not in running:
                running[name] = stack.enter_context(_start(kind, folder, script=script))
            make = Fox if kind == "firefox" else Chromium
            return make(running[name], address, pictures, script=script)

        yield open_at


def _start(kind, folder, *, script):
    if kind == "chromium":
        return axe.chromium()
    from needs import need  # noqa: PLC0415 - leaves the test where there is none

    return Firefox(need("firefox-esr"), folder / f"firefox-{script}", script=script)
