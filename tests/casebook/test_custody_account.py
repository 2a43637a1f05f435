"""The account of acts: who may see it, and that nobody rewrites it unnoticed."""

import deployment
import pytest
from sqlalchemy import delete, select, update

from app.casebook import account, checkpoints, tables
from app.casebook.evidence.releases import sign_checkpoint


@pytest.fixture
def owner(world):
    browser = world.member("owner")
    record = world.arrive(k_rescue="yes")
    browser.queue()
    browser.tag(record)
    browser.release(record)
    return browser


@pytest.fixture
def kept(world, owner):
    """What a partner took along: the checkpoint of that day."""
    return world.member("partner").get("/custody/checkpoint").body


def verdict(browser, data):
    form = browser.get("/released" if browser.home == "/released" else "/custody").form(
        action="/custody/verify"
    )
    page = browser.post(form, checkpoint=data.decode())
    assert page.status == 200
    return page.id("verdict").attrs["data-outcome"]


@pytest.fixture
def partner(world):
    found = world.member("partner")
    found.home = "/released"
    return found


def rewrite(world, statement):
    with world.store.casebook.execution_options(naru_writes=True).begin() as connection:
        connection.execute(statement)


def test_what_a_partner_kept_holds_as_the_account_grows(world, owner, partner, kept):
    assert verdict(partner, kept) == "holds"
    world.arrive()
    owner.queue()
    assert verdict(partner, kept) == "holds"
    size = checkpoints.custody.parse_checkpoint(checkpoints.Signed.parse(kept).body).size
    assert size > 5


def test_one_changed_act_is_caught_by_what_a_partner_kept(world, owner, partner, kept):
    custody = tables.custody
    rewrite(world, update(custody).where(custody.c.position == 2).values(leaf=b"x" * 32))
    assert verdict(partner, kept) == "rewritten"


def test_an_act_taken_out_is_caught_even_if_the_operator_signs_all_anew(
    world, owner, partner, kept
):
    """The operator has the machine and a lead's keys; the partner has one line."""
    custody = tables.custody
    with world.store.casebook.execution_options(naru_writes=True).begin() as connection:
        rows = connection.execute(select(custody).order_by(custody.c.position)).all()
        connection.execute(delete(custody))
        connection.execute(delete(tables.checkpoint))
        for position, row in enumerate(rows[:2] + rows[3:]):
            connection.execute(
                custody.insert().values(position=position, leaf=row.leaf, opening=row.opening)
            )
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    world.book.account = account.Account(world.store.casebook)
    for _ in range(5):  # grown beyond what was signed, so that its length tells nothing
        world.store.casebook_writer.run(
            lambda c: account.append(
                c, ring, [checkpoints.custody.Entry("opened", ring.member.id, "2026-11-23")]
            )
        )
    sign_checkpoint(world.store, ring, world.book.account)
    assert checkpoints.verify_own(world.store).broken == ()  # by itself it looks well
    assert verdict(partner, kept) == "rewritten"


def test_acts_cut_off_at_the_end_are_caught(world, owner, partner, kept):
    rewrite(world, delete(tables.custody).where(tables.custody.c.position >= 4))
    assert verdict(partner, kept) == "shorter"


def test_a_checkpoint_of_somebody_else_proves_nothing(world, owner, partner, kept):
    signed = checkpoints.Signed.parse(kept)
    other = signed.body.replace(world.store.site_id.hex().encode(), b"ab" * 16)
    assert verdict(partner, bytes(checkpoints.Signed(other, signed.signatures))) == "foreign"
    lines = signed.body.split(b"\n")
    bent = b"\n".join([lines[0], b"1", lines[2], b""])
    assert verdict(partner, bytes(checkpoints.Signed(bent, signed.signatures))) == "forged"
    for junk in (b"", b"x", b"a\n\nb\n\nc", kept + b"\n\nmore", b"\xff" * 3):
        assert verdict(partner, junk.decode("utf-8", "replace").encode()) == "unreadable"
    assert verdict(partner, kept[:-9]) in ("unreadable", "forged")


def test_an_opening_that_is_not_its_leafs_is_seen_by_a_lead(world, owner):
    custody = tables.custody
    with world.store.casebook.connect() as connection:
        leaf = connection.execute(select(custody.c.leaf).where(custody.c.position == 3)).scalar()
    rewrite(world, update(custody).where(custody.c.position == 3).values(leaf=leaf[::-1]))
    form = owner.get("/custody").form(action="/custody/verify")
    page = owner.post(form, checkpoint="")
    assert page.id("own").attrs["data-unlike"] == "1"
    assert page.id("own").attrs["data-broken"] != "0"


def test_a_lead_reads_it_page_by_page_and_by_filter(world, owner, monkeypatch):
    monkeypatch.setattr("app.desk.custody.PAGE", 4)
    seen, path = [], "/custody"
    while path:
        page = owner.get(path)
        rows = [tr for tr in page.root.all("tr") if tr.one("td")]
        assert len(rows) <= 4
        seen += [int(row.one("td").text) for row in rows]
        onward = page.root.one("a", rel="next")
        path = onward and onward.attrs["href"]
    assert seen == sorted(set(seen), reverse=True)
    assert seen[-1] == 0
    tagged = owner.get("/custody?act=tagged")
    assert [tr.all("td") for tr in tagged.root.all("tr") if tr.one("td")]
    assert all("tagged" in tr.text for tr in tagged.root.all("tr") if tr.one("td"))
    assert not [tr for tr in owner.get("/custody?actor=nobody").root.all("tr") if tr.one("td")]


@pytest.mark.parametrize("name", ["owner", "colleague", "partner"])
def test_who_took_their_own_key_along_is_on_it(world, name):
    browser, lead = world.member(name), world.member("owner")
    form = browser.get("/account").form(action="/account/identity")
    assert browser.post(form, passphrase="short").status == 400  # noqa: S106 - refused
    assert "key along" not in " ".join(rows_of(lead))
    taken = browser.post(form, passphrase=deployment.PASSPHRASE)
    assert taken.body.startswith(b"age-encryption.org/v1\n-> scrypt ")
    (told,) = (row for row in rows_of(lead) if "took their own key along" in row)
    assert name in told


def rows_of(lead):
    page = lead.get("/custody")
    return [tr.text for tr in page.root.all("tr") if tr.one("td")]


def test_a_lead_signs_by_logging_in_and_by_hand(world, owner):
    def sizes():
        with world.store.casebook.connect() as connection:
            return connection.execute(select(tables.checkpoint.c.size)).scalars().all()

    before = len(sizes())
    owner.testimony(owner.queue()[0])
    assert owner.post(owner.get("/custody").form(action="/custody/sign")).status == 303
    assert len(sizes()) == before + 1
    owner.testimony(owner.queue()[0])
    world.member("owner")
    assert len(sizes()) == before + 2


def test_the_command_tells_it_without_any_key(tmp_path):
    toml, _ = deployment.make(tmp_path / "data")
    run = deployment.Deployment(toml)
    run.member()
    kept = tmp_path / "kept"
    kept.write_text(deployment.shell("custody", "--config", toml, "checkpoint"))
    words = ["custody", "--json", "--config", toml, "verify", "--checkpoint", kept]
    assert deployment.shell(*words)["outcome"] == "holds"
    custody = tables.custody
    with run.store.casebook.execution_options(naru_writes=True).begin() as connection:
        connection.execute(update(custody).where(custody.c.position == 0).values(leaf=b"y" * 32))
    done = deployment.shell(*words, check=False)
    assert done.returncode == 1
    run.close()
