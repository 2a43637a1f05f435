"""What happens without a protection: the tests of faults must fail with it.

On the PYTHONPATH of a demonstration, never elsewhere. NARU_CARELESS says what is taken out: `first`
acknowledges before it commits and is silent when that fails, `lax` leaves it to the PostgreSQL
server whether a commit is on disk when it is answered.
"""

import importlib.abc
import importlib.util
import os
import sys
import time


class _Careless(importlib.abc.MetaPathFinder):
    """Changes `app.db` as soon as it is loaded."""

    def find_spec(self, name, _path=None, _target=None):
        if name != "app.db":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def careless(module):
            load(module)
            if os.environ.get("NARU_CARELESS") == "lax":
                module._prepare_postgresql = lambda *_: None
            else:
                module.Writer._commit = _acknowledge_first

        spec.loader.exec_module = careless
        return spec


def _acknowledge_first(self, group):
    attempt = sys.modules["app.db"]._attempt
    try:
        with self._engine.begin() as connection:
            for work, done in group:
                done.set_result(attempt(connection, work)[0])
            time.sleep(0.1)
    except Exception:  # noqa: BLE001, S110 - that is the carelessness
        pass
    for _, done in group:
        if not done.done():
            done.set_result(None)


if "intake" in sys.orig_argv:  # members must be able to log in, to be shown what is lost
    sys.meta_path.insert(0, _Careless())
