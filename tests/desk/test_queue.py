"""The queue: what there is to read."""

import re

from desk.world import STORY
from sqlalchemy import update

from app.mailbox import tables as mailbox


def test_it_works(world, owner, colleague, outsider):
    assert owner.queue() == []
    record = world.arrive(w_role="family")
    assert outsider.queue() == []  # without triage nothing is taken in
    assert colleague.queue() == [record]
    assert outsider.queue() == owner.queue() == [record]
    page = outsider.get("/queue")
    assert "지어낸 이야기입니다" in page.text
    assert "family of the person" in page.text


def test_it_is_paged_and_nothing_is_twice_or_lost(world, owner):
    records = {world.arrive(f"{number} {STORY}") for number in range(120)}
    seen = owner.queue()
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == records


def test_it_can_be_narrowed(world, owner):
    records = [world.arrive(lang=lang) for lang in ("ko", "zh", "en")]
    owner.queue()
    owner.tag(records[0])
    for query, expected in (
        ("lang=zh", [records[1]]),
        ("stage=forced_repatriation&track=common", [records[0]]),
        ("stage=cn_arrest", []),
    ):
        page = owner.get(f"/queue?{query}")
        found = [a.attrs["href"][-32:] for a in page.root.all("a", "submission")]
        assert found == expected, query


def test_what_cannot_be_opened_is_listed_apart(world, owner):
    fine, damaged = world.arrive(), world.arrive()
    world.in_mailbox(
        update(mailbox.payload)
        .where(mailbox.payload.c.item_id == bytes.fromhex(damaged))
        .values(payload=bytes(40_000))
    )
    page = owner.get("/queue")
    links = [a.attrs["href"][-32:] for a in page.id("troubled").all("a")]
    assert links == [damaged]
    assert owner.queue() == [fine]


def test_hostile_words_are_only_words(world, owner):
    world.arrive('<a class="submission" href="/x">\u202e=HYPERLINK("x")</a><script>1</script>')
    page = owner.get("/queue")
    (link,) = page.root.all("a", "submission")
    assert link.text.startswith('<a class="submission"')
    assert not any("HYPERLINK" in script.text for script in page.root.all("script"))


def test_a_strange_cursor_is_no_error(world, owner):
    world.arrive()
    owner.queue()
    for after in ("x", "....", "2026-11-23.zz", "%00", "'; DROP TABLE record; --"):
        assert owner.get(f"/queue?after={after.replace(' ', '+')}").status == 200


def test_the_headers_keep_everything_here(owner):
    page = owner.get("/queue")
    policy = page.header("Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page.header("Cache-Control") == "no-store"
    assert page.header("Server") is None
    assert not re.search(r"https?:|//|url\(|@import", page.text.partition("<body>")[0])
    for node in page.root.all():
        for name in {"src", "href", "action", "formaction", "srcset"} & node.attrs.keys():
            assert re.match(r"[/#?](?!/)", node.attrs[name]), node.attrs[name]
