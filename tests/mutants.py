"""What `make mutants` runs: `python tests/mutants.py crypto.stream …`; every module by default.

mutmut bends `crypto/` in one small place at a time; a change that no test notices is a survivor.
mutmut's own runner starts pytest for each of them, which takes seconds; here the tests are
collected once, run once to learn which reach what, and each mutant is tried in a child process of
the one that has them ready: the quickest of its tests first, until one fails. `mutmut show NAME`
prints a survivor afterwards; run again, only survivors and what is new are tried.
"""

import collections
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest
from mutmut import __main__ as mutmut
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

AT_ONCE = int(os.environ.get("NARU_CHILDREN", "1"))
MEMORY = 4 << 30  # of address space: what reads without end must not take the machine with it
NOTICED, SURVIVED, UNTESTED, ENDLESS = 1, 0, 33, 36


class Bending:
    """A pytest plugin in the place of the loop over tests."""

    def __init__(self, mutants):
        self.mutants, self.running = mutants, {}
        self.reach, self.took = collections.defaultdict(list), {}
        self.count, self.failed = collections.Counter(), False

    def pytest_runtestloop(self, session):
        assert not session.testsfailed, "the tests could not be collected"
        session.config.pluginmanager.unregister(name="terminalreporter")
        self._learn(session.items)
        for data, name in self.mutants:
            while len(self.running) >= AT_ONCE:
                self._reap()
            self._try(data, name)
        while self.running:
            self._reap()
        print(dict(self.count))  # noqa: T201
        return True

    def _learn(self, items):
        """Run every test on what is not bent, and note what it reaches."""
        set_mutant_under_test("stats")
        for item, after in zip(items, [*items[1:], None], strict=True):
            state()._stats.clear()
            began = time.process_time()
            assert self._passes(item, after), f"{item.nodeid} fails on what is not bent"
            self.took[item] = time.process_time() - began
            for function in state()._stats:
                self.reach[function].append(item)
        for tests in self.reach.values():
            tests.sort(key=self.took.get)
        print(f"{len(items)} tests, {sum(self.took.values()):.0f} s of CPU", flush=True)  # noqa: T201

    def pytest_runtest_logreport(self, report):
        self.failed = self.failed or report.failed

    def _passes(self, item, after):
        self.failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return not self.failed

    def _try(self, data, name):
        tests = self.reach[mangled_name_from_mutant_name(name)]
        if not tests:
            self._tell(data, name, UNTESTED)
            return
        child = os.fork()
        if child:
            self.running[child] = data, name
            return
        set_mutant_under_test(name)
        most = 5 + 5 * int(sum(self.took[test] for test in tests))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGXCPU, lambda *_: os._exit(ENDLESS))
        fine = False
        try:
            following = [*tests[1:], None]
            fine = all(self._passes(*pair) for pair in zip(tests, following, strict=True))
        finally:
            os._exit(SURVIVED if fine else NOTICED)

    def _reap(self):
        child, status = os.wait()
        data, name = self.running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        self._tell(data, name, ENDLESS if code == -signal.SIGKILL else code)

    def _tell(self, data, name, code):
        data.exit_code_by_key[name] = code
        data.save()
        said = {SURVIVED: "SURVIVED", UNTESTED: "UNTESTED", ENDLESS: "endless"}.get(code, "noticed")
        self.count[said] += 1
        if said.isupper():
            print(said, name, flush=True)  # noqa: T201


def generated(modules):
    """Bend what changed since the last time; return (where the outcome is kept, name) of each."""
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.create_mutants(1)
    names = [f"{module}.*" for module in modules]
    found, kept = mutmut.collect_source_file_mutation_data(mutant_names=names)
    for data in kept.values():
        data.meta_path = data.meta_path.resolve()  # the tests run in another folder
    return [(data, name) for data, name, code in found if code in (None, SURVIVED, UNTESTED)]


def main(modules):
    mutants = generated(modules)
    print(f"{len(mutants)} mutants", flush=True)  # noqa: T201
    os.chdir("mutants")
    options = ["--confcutdir=tests/crypto", "-p", "no:randomly", "-p", "no:xdist", "-qs"]
    options += ["-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none", "--timeout=0"]
    return pytest.main([*options, *mutmut.config().pytest_add_cli_args], [Bending(mutants)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
