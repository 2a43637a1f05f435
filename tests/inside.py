"""A test client's answer, with the names an answer from a network has: for sites without one."""


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
