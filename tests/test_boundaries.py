"""The wall between intake and desk: with every opening file gone, a witness is still heard."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from intake.world import World

from app.mailbox import tables

ROOT = Path(__file__).parents[1]
GONE = [
    "app/desk",
    "app/casebook",
    "app/intake/replies.py",
    "crypto/opening.py",
    "crypto/identities.py",
]
KEPT = ["app", "config", "crypto", "migrations"]

# What a witness does, in a process that has nothing to open with. The desk's part, a signed
# recipient, comes in from outside as bytes.
JOURNEY = """
import json, sys, time
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from outside.site import Site, Upload
from sqlalchemy import func, insert, select
from app import migrate
from app.db import open_engine
from app.intake import create_app
from app.mailbox import tables
from config.settings import load_settings

given = json.loads(Path(sys.argv[3]).read_text())
settings = load_settings(Path(given["toml"]), only="intake").intake
engine = open_engine(settings.mailbox_url)
migrate.upgrade(engine, "mailbox")
rows = [{k: v if k == "epoch" else bytes.fromhex(v) for k, v in r.items()} for r in given["rows"]]
with engine.execution_options(naru_writes=True).begin() as connection:
    connection.execute(insert(tables.recipient), rows)
app = create_app(settings, on_failure=sys.exit)


class Visitor(Site):
    def _exchange(self, method, path, body, headers):
        answer = app.test_client().open(path, method=method, data=body, headers=headers)
        answer.status, answer.reason = answer.status_code, ""
        answer.headers.get_all = answer.headers.getlist
        return answer, answer.data


visitor = Visitor(settings.base_url)
page = visitor.post(visitor.get("/ko/").form("testimony"), w_narrative="story", k_stats="yes")
assert len(page.receipt.split()) == 10, page.error
file = Upload("a.jpg", b"picture")
assert visitor.post(page.form("attach"), attachment=file).id("done"), "attach"
for name in ("add", "correct", "answer"):
    assert visitor.post(page.form(name), w_narrative="more").id("done"), name
assert visitor.post(page.form("consent"), k_stats="yes").id("done")
back = visitor.post(visitor.get("/ko/return").form("return"), receipt=page.receipt)
assert len(list(back.root.all(cls="letter"))) == 6, back.error
assert visitor.get("/key").body.startswith(b"age1pq1")
for when in ("in-7-days", "now"):
    assert visitor.post(back.form("withdraw"), receipt=page.receipt, when=when).id("done")
with engine.connect() as connection:
    kept = select(func.count()).where(tables.item.c.same.is_not(None))
    assert connection.execute(kept).scalar_one() == 6
    assert not connection.execute(select(tables.header)).first()
opening = [name for name in sys.modules if name.startswith(("crypto.opening", "crypto.identities",
           "app.casebook", "app.desk", "app.intake.replies"))]
assert not opening, opening
print("heard")
"""


def test_without_anything_that_opens_a_witness_is_heard(tmp_path):
    given = _given(tmp_path)
    tree = tmp_path / "tree"
    for name in KEPT:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in GONE:
        path = tree / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    journey = tmp_path / "journey.py"
    journey.write_text(JOURNEY)
    done = subprocess.run(
        [sys.executable, "-I", journey, tree, ROOT / "tests", given],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "heard\n", done.stderr


def test_the_running_intake_loads_nothing_of_the_desk():
    code = (
        "import sys, app.intake, app.serve;"
        "print([n for n in sys.modules if n.startswith(('app.desk', 'app.casebook', 'alembic'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == "[]\n"


def _given(tmp_path):
    """A deployment's settings and its signed recipients, as the desk hands them over."""
    home = tmp_path / "desk"
    home.mkdir()
    world = World(home, time.time(), b"s" * 16)
    rows = [
        {k: v if k == "epoch" else v.hex() for k, v in row._mapping.items()}
        for row in world.rows(tables.recipient)
    ]
    fresh = tmp_path / "intake"
    fresh.mkdir(mode=0o700)
    shutil.copy(world.path / "intake.secret", fresh / "intake.secret")
    toml = tmp_path / "naru.toml"
    toml.write_text(world.toml.read_text().replace(str(world.path), str(fresh)))
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"toml": str(toml), "rows": rows}))
    return given
