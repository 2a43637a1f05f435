"""Every page of the desk, in each language: axe-core finds nothing, and none is wider than 360 px.

The pages are those of one desk with something on each; script runs, and every detail is open.
"""

import io
import secrets

import pytest
from outside import axe
from PIL import Image

TEXT = (
    "지어낸 이야기입니다.\n\n음력 2023년 8월 25일 도문에서 온성으로 넘겨졌습니다. 보위부에서 열흘."
)


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


@pytest.fixture
def full(world, owner, colleague):
    """A desk on which every page has something to show: its paths, by who opens them."""
    thread = secrets.token_hex(16)
    record = world.arrive(TEXT, thread=thread, w_role="family", k_rescue="yes", w_reader="woman")
    world.arrive("덧붙입니다", kind="addition", thread=thread)
    made = io.BytesIO()
    Image.new("RGB", (90, 60)).save(made, "JPEG", comment=b"x")
    files = [
        world.attach(made.getvalue(), thread=thread),
        world.attach(b"OggS\0\x02" + bytes(400), "목소리.ogg", "audio/ogg", thread=thread),
        world.attach(b"?", "무엇", thread=thread),
    ]
    other = world.arrive(TEXT.replace("지어낸", "다른"), w_not_read="검토자들")
    owner.queue()
    colleague.testimony(record)
    owner.tag(record, start="0", end="5", date_as_stated="음력 2023년 8월 25일")
    tagged = owner.testimony(record).root.one(cls="tag").attrs
    owner.tag(record, person=tagged["data-person"], stage="cn_arrest", start="5", end="10")
    paths = [f"/testimony/{record}/attachments/{one}" for one in files]
    owner.post(owner.testimony(record).form(action="/translation"), lang="en", text="Invented.")
    owner.post(owner.testimony(record).form(action="/notes"), note="메모")
    owner.post(owner.get(paths[1]).form(action="/transcript"), text="0:12 말")
    owner.post(owner.queue_page().form("bulk"), record=record, act="state:in_work")
    owner.release(record)
    return {
        owner: [
            "/queue", "/queue?state=done", "/today", "/people", "/clock", "/map", "/map/gaps",
            f"/people/{tagged['data-person']}", "/search", "/search?q=도문", "/search?q=없는말",
            f"/testimony/{record}", f"/testimony/{record}?shown=1", f"/testimony/{other}",
            f"/testimony/{record}?edit={tagged['id'].removeprefix('tag-')}", *paths,
            "/members", "/keys", "/requests", "/custody", "/erasure", "/account", "/export",
            "/nowhere", "/testimony/" + "0" * 32,
        ],
        colleague: ["/queue", f"/testimony/{record}", f"/testimony/{other}"],
        world.member("partner"): ["/released", "/export", "/account", "/queue"],
        world.browser(): ["/login"],
    }  # fmt: skip


def test_axe_finds_no_violation_and_nothing_stands_out_on_a_phone(browser, full):
    found = {}
    for lang, scheme in (("en", "dark"), ("ko", "light"), ("zh", "light")):
        size = {"width": 360, "height": 740}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        sheet = context.new_page()
        for visitor, paths in full.items():
            for path in paths:
                page = visitor.get(path, **{"Accept-Language": lang})
                wide, told = axe.look(sheet, page.text)
                if told or wide > size["width"]:
                    found[lang, path] = wide, told
        context.close()
    assert found == {}, found
