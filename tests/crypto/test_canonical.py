import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import FOLDER, cases

from crypto.canonical import LARGEST, canonical, listed

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@cases("canonical", "written")
def test_a_value_is_written_as_its_vector_says(case):
    assert canonical(case["value"]).hex() == case["hex"]


@cases("canonical", "refused")
def test_what_two_readers_would_read_apart_is_refused(case):
    with pytest.raises((ValueError, TypeError)):
        canonical(case["value"])


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert json.loads(canonical(value)) == value


@given(VALUES)
def test_what_is_written_has_one_form(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.lists(VALUES, max_size=4), st.dictionaries(TEXT.map("b".__add__), VALUES, max_size=3))
def test_a_list_written_item_by_item_is_the_same(items, rest):
    assert b"".join(listed("a", iter(items), rest)) == canonical({"a": items, **rest})


@pytest.mark.parametrize("rest", [{"a": 1}, {"A": 1}, {"b": 1, "a": 2}])
def test_a_list_that_is_not_the_first_of_its_object_is_refused(rest):
    with pytest.raises(ValueError, match="first"):
        b"".join(listed("a", [], rest))


def test_tuples_are_arrays_and_any_mapping_an_object():
    assert canonical({"a": ("x", ["y"])}) == b'{"a":["x",["y"]]}'


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, {"a": b"x"}, {"a"}, object()])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


def test_nesting_without_end_is_refused():
    value = []
    value.append(value)
    with pytest.raises(ValueError, match="nested"):
        canonical(value)


def test_the_vectors_are_what_their_script_makes():
    done = subprocess.run([sys.executable, FOLDER / "make.py", "--check"], check=False)
    assert done.returncode == 0


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_writes_the_same_bytes():
    script = """
    const order = (a, b) => { const x = [...a], y = [...b];
      for (let i = 0; i < x.length && i < y.length; i++)
        if (x[i] !== y[i]) return x[i].codePointAt(0) - y[i].codePointAt(0);
      return x.length - y.length; };
    const write = v => Array.isArray(v) ? "[" + v.map(write).join(",") + "]"
      : v && typeof v === "object" ? "{" + Object.keys(v).sort(order)
        .map(k => JSON.stringify(k) + ":" + write(v[k])).join(",") + "}" : JSON.stringify(v);
    const held = JSON.parse(require("fs").readFileSync(0, "utf8"));
    for (const c of held.cases) if (c.outcome === "written" &&
      Buffer.from(write(c.value)).toString("hex") !== c.hex) console.log(c.name);
    """
    held = (FOLDER / "canonical.json").read_bytes()
    done = subprocess.run(["node", "-e", script], input=held, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
