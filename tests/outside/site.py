"""A browser of two hundred lines: what a stranger needs to keep to the contract.

It keeps cookies, sends back every hidden input as found, ends lines with CR LF as browsers do, and
follows nothing by itself. It knows nothing of Naru, and it is the only client of the outside tests
and of the bench.
"""

import http.client
import re
import secrets
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
FETCHED = {"src", "srcset", "poster", "background", "data"}
TEXTUAL = frozenset({"text", "search", "email", "tel", "url"})


@dataclass(eq=False)
class Node:
    """An element: its tag, attributes and what it holds, text as strings."""

    tag: str
    attrs: dict[str, str]
    parent: "Node | None" = None
    children: list = field(default_factory=list)

    @property
    def text(self):
        """All text inside, exactly as it stands."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    @property
    def classes(self):
        return self.attrs.get("class", "").split()

    def all(self, tag=None, cls=None, **attrs):
        """Every element inside, in the order of the page, that fits."""
        for child in self.children:
            if isinstance(child, Node):
                if child.fits(tag, cls, attrs):
                    yield child
                yield from child.all(tag, cls, **attrs)

    def fits(self, tag, cls, attrs):
        return (
            tag in (None, self.tag)
            and (cls is None or cls in self.classes)
            and all(
                self.attrs.get(name.replace("_", "-")) == value for name, value in attrs.items()
            )
        )

    def one(self, tag=None, cls=None, **attrs):
        """The first that fits, or None."""
        return next(self.all(tag, cls, **attrs), None)


class _Tree(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {})
        self.fresh = None  # a line break right after <pre> or <textarea> is not part of its text
        self.feed(html.replace("\r\n", "\n"))
        self.close()

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node
        self.fresh = node if tag in ("pre", "textarea") else None

    def handle_startendtag(self, tag, attrs):
        self.here.children.append(
            Node(tag, {name: value or "" for name, value in attrs}, self.here)
        )

    def handle_endtag(self, tag):
        node = self.here
        while node.parent is not None and node.tag != tag:
            node = node.parent
        if node.parent is not None:
            self.here = node.parent
        self.fresh = None

    def handle_data(self, data):
        if self.fresh is self.here:
            data = data.removeprefix("\n")
        self.fresh = None
        self.here.children.append(data)


@dataclass
class Upload:
    """What stands in a file input."""

    name: str
    data: bytes
    type: str = "application/octet-stream"


class Form:
    """A form as a browser sees it: where it goes, and what it would send untouched."""

    def __init__(self, node, page):
        self.node, self.page = node, page
        self.action = urllib.parse.urljoin(page.path, node.attrs.get("action", page.path))
        self.method = node.attrs.get("method", "get").upper()
        self.multipart = node.attrs.get("enctype") == "multipart/form-data"

    def _owned(self, *tags):
        """What is in it or tied to it by a `form` attribute, in the order of the page."""
        name, inside = self.node.attrs.get("id"), set(self.node.all())
        for node in self.page.root.all():
            owner = node.attrs.get("form")
            if node.tag in tags and (owner == name if owner else node in inside):
                yield node

    def controls(self):
        """The controls that have a name."""
        return [c for c in self._owned("input", "textarea", "select") if "name" in c.attrs]

    def detours(self):
        """The buttons that send it elsewhere: their attributes."""
        return [b.attrs for b in self._owned("button", "input") if "formaction" in b.attrs]

    def names(self):
        return {control.attrs["name"] for control in self.controls()}

    def text_names(self):
        """Names of the controls one types into, one entry for each control."""
        return [c.attrs["name"] for c in self.controls() if _typed_into(c)]

    def hidden(self):
        return [c.attrs["name"] for c in self.controls() if c.attrs.get("type") == "hidden"]

    def values(self):
        """What it sends untouched: (name, value) pairs in the order of the page."""
        return [pair for control in self.controls() for pair in _value(control)]

    def filled(self, **values):
        """The pairs sent when `values` were typed or chosen; a list stands for several."""
        kept = [(name, value) for name, value in self.values() if name not in values]
        for name, value in values.items():
            several = value if isinstance(value, list) else [value]
            kept += [(name, each) for each in several if each is not None]
        return kept


def _typed_into(control):
    return control.tag == "textarea" or (
        control.tag == "input" and control.attrs.get("type", "text") in TEXTUAL
    )


def _value(control):
    name, kind = control.attrs["name"], control.attrs.get("type", "text")
    if control.tag == "textarea":
        yield name, control.text
    elif control.tag == "select":
        options = list(control.all("option"))
        first = [] if "multiple" in control.attrs else options[:1]
        chosen = [o for o in options if "selected" in o.attrs] or first
        for option in chosen:
            yield name, option.attrs.get("value", option.text)
    elif kind in ("checkbox", "radio"):
        if "checked" in control.attrs:
            yield name, control.attrs.get("value", "on")
    elif kind not in ("submit", "button", "image", "reset", "file"):
        yield name, control.attrs.get("value", "")


class Page:
    """An answer, read as a page."""

    def __init__(self, path, status, headers, body):
        self.path, self.status, self.headers, self.body = path, status, headers, body
        self._root = None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def root(self):
        if self._root is None:
            self._root = _Tree(self.text).root
        return self._root

    def header(self, name):
        return self.headers.get(name)

    def id(self, name):
        return self.root.one(id=name)

    @property
    def error(self):
        """The sentence of a refusal, or None."""
        node = self.id("error")
        return node and " ".join(node.text.split())

    @property
    def receipt(self):
        """The words in id="receipt", or None."""
        node = self.id("receipt")
        return node and " ".join(node.text.split())

    @property
    def lang(self):
        return self.root.one("html").attrs.get("lang", "")

    def forms(self):
        return [Form(node, self) for node in self.root.all("form")]

    def forms_of(self, action):
        """Every form whose action ends so."""
        return [form for form in self.forms() if form.action.split("?")[0].endswith(action)]

    def form(self, name=None, *, action=None):
        """The form of this id, or whose action ends so."""
        for form in self.forms():
            if name and form.node.attrs.get("id") == name:
                return form
            if action and form.action.split("?")[0].endswith(action):
                return form
        raise AssertionError(f"{self.path} ({self.status}) has no form {name or action}")

    def resources(self):
        """Every address it makes a browser without script fetch by itself, styles included."""
        found = [each.strip("'\" ") for each in re.findall(r"url\(([^)]*)\)", self.text)]
        for node in self.root.all():
            if node.tag == "script":
                continue
            wanted = FETCHED | ({"href"} if node.tag == "link" else set())
            found += [value for name, value in node.attrs.items() if name in wanted]
        return [address for address in found if not address.startswith("data:")]

    def targets(self):
        """Every address it posts to or leads to."""
        for node in self.root.all():
            for name in ("action", "formaction", "href"):
                if name in node.attrs and node.tag != "link":
                    yield node.attrs[name]


def multipart(pairs):
    """The pairs as a browser sends them: (content type, body)."""
    boundary = "----naru" + secrets.token_hex(12)
    parts = []
    for name, value in pairs:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            head += f'; filename="{value.name}"\r\nContent-Type: {value.type}'
        parts.append(f"{head}\r\n\r\n".encode() + _bytes(value) + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)


def urlencoded(pairs):
    """The pairs in the plain way of forms: (content type, body)."""
    body = urllib.parse.urlencode([(name, _bytes(value)) for name, value in pairs])
    return "application/x-www-form-urlencoded", body.encode()


def _bytes(value):
    if isinstance(value, Upload):
        return value.data
    if isinstance(value, bytes):  # hostile on purpose
        return value
    return value.replace("\r\n", "\n").replace("\n", "\r\n").encode()


class Site:
    """One visitor's browser at one address."""

    def __init__(self, url, *, keep=False, timeout=60):
        parts = urllib.parse.urlsplit(url)
        self.url, self.host, self.port = url.rstrip("/"), parts.hostname, parts.port
        self.cookies, self.keep, self.timeout = {}, keep, timeout
        self.requests = self.received = 0
        self._connection = None

    def get(self, path="/", **headers):
        return self.send("GET", path, None, headers)

    def post(self, form, **values):
        """Fill the form in and send it."""
        return self.post_pairs(form, form.filled(**values))

    def post_pairs(self, form, pairs, to=None):
        """Send exactly these pairs where the form goes, or where one of its buttons does."""
        kind, body = multipart(pairs) if form.multipart else urlencoded(pairs)
        return self.send("POST", to or form.action, body, {"Content-Type": kind})

    def send(self, method, path, body=None, headers=None):
        headers = {"Host": f"{self.host}:{self.port}", "Accept": "text/html", **(headers or {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        path = urllib.parse.urlsplit(path)._replace(scheme="", netloc="").geturl()
        response, data = self._exchange(method, path, body, headers)
        self._note(response, data)
        return Page(path, response.status, response.headers, data)

    def _exchange(self, method, path, body, headers):
        connection = self._connection or self._connect()
        self._connection = None
        try:
            try:
                connection.request(method, path, body, headers)
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:  # it did not even connect
                    raise
                # else it was refused early: the answer is there to be read
            response = connection.getresponse()
            data = response.read()
        except BaseException:
            connection.close()
            raise
        if self.keep and not response.will_close:
            self._connection = connection
        else:
            connection.close()
        return response, data

    def _connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def _note(self, response, data):
        self.requests += 1
        head = f"HTTP/1.1 {response.status} {response.reason}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in response.headers.items()) + "\r\n"
        self.received += len(head) + len(data)
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if re.search(r"max-age=0\b|expires=thu, 01 jan 1970", line, re.IGNORECASE):
                del self.cookies[name]
