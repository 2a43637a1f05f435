"""Every page a member can meet, by name: what is asked for, and what a form is answered with."""

import io
import secrets

from desk.files import HEIC, SOUND
from PIL import Image

TEXT = (
    "지어낸 이야기입니다.\n\n음력 2023년 8월 25일 도문에서 온성으로 넘겨졌습니다. 보위부에서 열흘."
)
SAID = "0:12 그날 아침에 온성으로 넘겨졌다\n[0:21-0:30] 보위부에서 열흘"


class Faces:
    """A desk on which every page has something to show."""

    def __init__(self, world, owner, colleague):
        self.world, self.owner, self.colleague = world, owner, colleague
        thread = secrets.token_hex(16)
        self.record = world.arrive(
            TEXT, thread=thread, w_role="family", k_rescue="yes", w_reader="woman"
        )
        self.letter = world.arrive("덧붙입니다. 동생도.", kind="addition", thread=thread)
        made = io.BytesIO()
        Image.new("RGB", (90, 60)).save(made, "JPEG", comment=b"x")
        files = [
            world.attach(made.getvalue(), thread=thread),
            world.attach(SOUND, "목소리.ogg", "audio/ogg", thread=thread),
            world.attach(HEIC, "IMG_0001.HEIC", "image/heic", thread=thread),
            world.attach(b"?", "무엇", thread=thread),
        ]
        self.other = world.arrive(TEXT.replace("지어낸", "다른"), w_not_read="검토자들")
        owner.queue()
        self.testimony = f"/testimony/{self.record}"
        self.files = [f"{self.testimony}/attachments/{one}" for one in files]
        self._work()

    def _work(self):
        """Do of everything something."""
        owner = self.owner
        self.colleague.testimony(self.record)
        owner.tag(self.record, start="0", end="5", date_as_stated="음력 2023년 8월 25일")
        first = owner.testimony(self.record).root.one(cls="tag").attrs
        self.person, self.tagged = first["data-person"], first["id"].removeprefix("tag-")
        owner.tag(self.record, person=self.person, stage="cn_arrest", start="5", end="10")
        owner.tag(self.record, person="new:김은옥", start="0", end="5")
        for text in ("Invented.", "Invented, again."):
            form = owner.testimony(self.record).form(action="/translation")
            owner.post(form, lang="en", text=text, seen="0")
        owner.post(owner.testimony(self.record).form(action="/notes"), note="메모")
        owner.post(owner.get(self.files[1]).form(action="/transcript"), text=SAID)
        quoted = {"person": self.person, "stage": "forced_repatriation", "track": "common"}
        form = owner.get(self.files[1]).form(action="/tags")
        owner.post(form, quote="온성으로 넘겨졌다", **quoted)
        form = owner.get(f"{self.testimony}?of={self.letter}").form(action="/tags")
        owner.post(form, quote="동생도", **quoted)
        near = owner.get(f"/people/{self.person}")
        owner.post(near.form(action="/kin"), relation="sibling")
        owner.post(owner.queue_page().form("bulk"), record=self.record, act="state:in_work")
        owner.release(self.record)

    def asked_for(self):
        """Yield who asks, and for what address."""
        for path in (
            "/queue", "/queue?state=done", "/today", "/people", "/clock", "/map", "/map/gaps",
            "/map/model", f"/people/{self.person}", f"/people/{self.person}?called=김은옥",
            f"/people/{self.person}?called=아무도", "/search", "/search?q=도문",
            "/search?q=없는말", self.testimony, f"{self.testimony}?shown=1",
            f"/testimony/{self.other}", f"{self.testimony}?edit={self.tagged}",
            f"{self.testimony}?of={self.letter}", *self.files, f"{self.files[1]}?t=21,30",
            "/members", "/keys", "/requests", "/custody", "/erasure", "/status", "/account",
            "/export", "/fingerprints", "/nowhere", "/testimony/" + "0" * 32,
        ):  # fmt: skip
            yield self.owner, path
        for path in ("/queue", self.testimony, f"/testimony/{self.other}"):
            yield self.colleague, path
        for path in ("/released", "/export", "/account", "/queue"):
            yield self.partner, path
        yield self.world.browser(), "/login"

    @property
    def partner(self):
        if not hasattr(self, "_partner"):
            self._partner = self.world.member("partner")
        return self._partner

    def answered(self):
        """Yield the name and the page of what is answered to a form, refusals among them."""
        yield from self._placed()
        yield from self._written()
        yield from self._left()
        yield from self._joined()
        owner = self.owner
        measure = owner.get("/today").form("measure")
        yield "a measure refused", owner.post(measure, most="many")
        owner.post(measure, most="1", veil="yes")
        yield "enough for today", owner.get(f"/testimony/{self.other}")
        yield from self._interrupted()

    def _placed(self):
        """Yield what is answered to somebody who places words on a stage."""
        owner, page = self.owner, self.testimony
        tags = owner.get(page).form(action="/tags")
        yield "a tag refused", owner.post(tags, quote="없는 말")
        dated = tags.filled(date_as_stated="음력 2023년 8월 25일", quote="온성")
        yield "a date converted", owner.post_pairs(tags, dated, f"{page}/tags/dates")
        named = tags.filled(person_name="김진실", quote="온성")
        yield "a name looked for", owner.post_pairs(tags, named, f"{page}/tags/people")
        heard = owner.get(self.files[1]).form(action="/tags")
        yield "a tag on a recording refused", owner.post(heard, quote="없는 말")

    def _written(self):
        """Yield what is answered to somebody who writes, sorts and saves."""
        owner = self.owner
        form = owner.get(self.testimony).form(action="/translation")
        yield "a translation refused", owner.post(form, lang="xx", text="Invented.")
        form = owner.get(self.files[1]).form(action="/transcript")
        yield "a transcript refused", owner.post(form, text="말")
        form = owner.get(self.testimony).form(action="/notes")
        yield "a note refused", owner.post(form, note=" ")
        form = owner.get(self.files[0]).form(action="/save")
        yield "a file not saved", owner.post(form, reason=" ")
        yield "nothing ticked", owner.post(owner.queue_page().form("bulk"), act="")
        form = owner.get(f"/people/{self.person}").form(action="/name")
        yield "a name refused", owner.post(form, name="")

    def _left(self):
        """Yield what is answered to somebody who releases and takes home."""
        owner = self.owner
        release = owner.get(self.testimony).form(action="/release")
        seen = release.filled(partner="partner", purpose="k_rescue")
        preview = owner.post_pairs(release, seen, release.action + "/preview")
        yield "what leaves", preview
        shown = preview.form(action="/release").filled(quote=["온성"], withhold="1")
        yield "what leaves, cut", owner.post_pairs(release, shown, release.action + "/preview")
        yield "a release refused", owner.post(release, partner="partner", purpose="k_court")
        bundle = self.partner.get("/export").form(action="/export")
        yield "a bundle refused", self.partner.post(bundle, submission=["0" * 32])

    def _joined(self):
        """Yield what is answered around members, their keys and the account."""
        owner = self.owner
        verify = owner.get("/custody").form(action="/custody/verify")
        yield "a verdict", owner.post(verify, checkpoint="no checkpoint")
        yield "a second factor", owner.post(owner.get("/account").form(action="/account/code"))
        invite = owner.get("/members").form(action="/members/invite")
        invited = owner.post(invite, new="새 사람", role="reviewer")
        yield "an invitation", invited
        yield "an invitation refused", owner.post(invite, new="colleague", role="reviewer")
        link = invited.id("link").text.removeprefix(self.world.base)
        somebody = self.world.browser()
        enrol = somebody.get(link)
        yield "an invitation opened", enrol
        yield "a passphrase", somebody.post(enrol.form(action=link))
        yield "no such log-in", somebody.log_in("nobody", "of this name")

    def _interrupted(self):
        """Yield what is shown when a session has ended while somebody typed, and after."""
        owner = self.owner
        note = owner.get(self.testimony).form(action="/notes")
        owner.cookies.clear()
        page = owner.post(note, note="다리 위의 시간")
        yield "a session that has ended", page
        said = {"name": "owner", "passphrase": self.world.passphrases["owner"]}
        yield "what was typed, again", owner.post(page.form(action="/login"), **said)
