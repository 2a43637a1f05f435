"""Apps in this process: their answers under the names those of a network have, their templates."""

from jinja2 import BytecodeCache

from app.web import App


class Answer:
    """What an app in this process answered."""

    def __init__(self, answer):
        self.status, self.reason = answer.status_code, ""
        self.headers = Headers(answer.headers)


class Headers:
    """Its headers, as ``http.client`` gives them."""

    def __init__(self, headers):
        self._headers = headers

    def items(self):
        return list(self._headers.items())

    def get(self, name, default=None):
        return self._headers.get(name, default)

    def get_all(self, name):
        return self._headers.getlist(name)


class Compiled(BytecodeCache):
    """What one app of this process compiled serves the next: the same source, read once."""

    def __init__(self):
        self._code = {}

    def load_bytecode(self, bucket):
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self._code[bucket.key, bucket.checksum] = bucket.code


def compile_once():
    """Let every app made from here on use what another of its kind compiled, each in its own."""
    make, compiled = App.create_jinja_environment, {}

    def shared(app):
        made = make(app)
        made.bytecode_cache = compiled.setdefault(app.import_name, Compiled())
        return made

    App.create_jinja_environment = shared
