"""GET reads. Only taking in (in the queue) and the account of what was opened may change a row."""

import time

import deployment
import pytest
from sqlalchemy import select

from app.casebook import tables
from app.mailbox import tables as mailbox

ARGUMENTS = ("record_id", "person_id", "tag_id")
OPENED = {"testimony"}  # views that note in the account that something was opened


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    toml, _ = deployment.make(tmp_path_factory.mktemp("get") / "data")
    found = deployment.Deployment(toml, time.time())
    yield found
    found.close()


@pytest.fixture(scope="module")
def lead(run):
    browser = run.member()
    run.add(browser, "group", "partner")
    run.tell("지어낸 이야기입니다. 도문에서 온성으로.", k_rescue="yes")
    (record,) = browser.queue()
    browser.tag(record, start="0", end="3")
    browser.release(record, "group")
    return browser


def contents(run, *without):
    """Every row of both databases."""
    found = {}
    for engine, metadata in (
        (run.store.mailbox, mailbox.metadata),
        (run.store.casebook, tables.metadata),
    ):
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                if table.name not in without:
                    rows = connection.execute(select(table)).all()
                    found[table.name] = sorted(map(repr, rows))
    return found


def addresses(app, ids):
    """Every address that answers GET, with ids that exist where there are some."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        values = {}
        for name in rule.arguments:
            values[name] = ids.get(name, "0" * 32)
        with app.test_request_context():
            yield rule.endpoint, rule.build(values, append_unknown=False)[1]


@pytest.mark.parametrize("who", ["lead", "group"])
def test_no_get_of_the_desk_writes(run, lead, who):
    browser = lead if who == "lead" else run.member("group")
    with run.store.casebook.connect() as connection:
        persons = connection.execute(select(tables.record.c.id)).scalars().all()
    record = lead.queue()[0]
    person = next(one.hex() for one in persons if one.hex() != record)
    ids = {"record_id": record, "person_id": person}
    seen = 0
    for endpoint, path in addresses(run.desk.app, ids):
        before = contents(run, "custody", "checkpoint")
        page = browser.get(path)
        assert page.status < 500, (endpoint, page.status)
        assert contents(run, "custody", "checkpoint") == before, endpoint
        seen += 1
    assert seen > 10


def test_no_get_of_the_intake_writes(run, lead):
    visitor = run.witness()
    for endpoint, path in addresses(run.intake.app, {"lang": "en"}):
        before = contents(run)
        page = visitor.get(path)
        assert page.status < 500, (endpoint, page.status)
        assert contents(run) == before, endpoint


def test_reading_a_testimony_is_on_the_account_and_reading_lists_is_not(run, lead):
    def acts():
        with run.store.casebook.connect() as connection:
            return len(connection.execute(select(tables.custody.c.position)).all())

    record = lead.queue()[0]
    before = acts()
    for path in ("/queue", "/people", "/custody", "/members", "/keys", "/account"):
        assert lead.get(path).status == 200, path
    assert acts() == before
    lead.testimony(record)
    assert acts() == before + 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000", "", "127.0.0.1:8001.evil"])
def test_another_host_is_refused_by_the_desk(run, host):
    client = run.desk.app.test_client()
    answer = client.get("/login", headers={"Host": host})
    assert answer.status_code == 400


def test_a_session_brought_along_is_not_the_one_that_logs_in(run):
    """Fixation: what was in the browser before is not what opens afterwards."""
    browser = run.member()
    first = browser.cookies["naru_desk"]
    answer = browser.post(browser.get("/account").form(action="/logout"))
    assert answer.status == 303
    browser.cookies["naru_desk"] = first
    assert browser.get("/queue").status == 303
    again = browser.log_in("lead", deployment.PASSPHRASE)
    assert again.status == 303
    assert browser.cookies["naru_desk"] != first
