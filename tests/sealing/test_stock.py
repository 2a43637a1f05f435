"""What somebody sealed with age's own tools and nothing of ours, from the key to the desk."""

import base64
import json
import subprocess
from pathlib import Path

import needs
import pytest
from intake.test_sealed import tar
from outside import walk
from outside.site import Site, Upload

ROOT = Path(__file__).parents[2]
STORY = "age로 봉인한 이야기.\r\n둘째 줄 <b>&amp;\n"
SEAL = """
import { readFileSync } from "node:fs";
import { Encrypter, armor } from "age-encryption";
const { to, texts } = JSON.parse(readFileSync(0, "utf8"));
const sealed = [];
for (const text of texts) {
  const age = new Encrypter();
  age.addRecipient(to);
  sealed.push(Buffer.from(await age.encrypt(text)).toString("base64"));
}
sealed.push(Buffer.from(armor.encode(Buffer.from(sealed[0], "base64"))).toString("base64"));
process.stdout.write(JSON.stringify(sealed));
"""


@pytest.fixture
def sealed(demo):
    """What age's TypeScript edition makes of texts for this week's key; the first in armor last."""
    node = needs.need("node")
    if not (ROOT / "web/node_modules").exists():
        needs.give_up("web/node_modules is missing: npm ci in web/ (make test does it)")
    key = Site(demo.intake).get("/key").text
    assert key.startswith("age1pq1")
    assert key.endswith("\n")

    def made(*texts):
        done = subprocess.run(
            [node, "--input-type=module", "-e", SEAL],
            cwd=ROOT / "web",
            input=json.dumps({"to": key.strip(), "texts": texts}).encode(),
            capture_output=True,
            timeout=60,
            check=True,
        )
        return [base64.b64decode(one) for one in json.loads(done.stdout)]

    return made


def hand_in(demo, data):
    site = Site(demo.intake)
    page = site.post(site.get("/ko/sealed").form("sealed"), envelope=Upload("story.age", data))
    assert page.id("done"), page.error
    return site, page.receipt


@pytest.mark.parametrize("dress", ["binary", "armor", "a tar of two"])
def test_it_reads_as_a_testimony_and_the_desk_leaves_word_that_it_opened(demo, lead, sealed, dress):
    first, second, armored = sealed(STORY, "둘째 글")
    data = {
        "binary": first,
        "armor": armored,
        "a tar of two": tar(("a.age", first), ("b.age", second)),
    }[dress]
    before = walk.queue(lead)
    site, words = hand_in(demo, data)
    page = lead.get(f"/testimony/{walk.arrive(lead, before)}")
    assert page.id("way").attrs["data-way"] == "stock"
    told = STORY.replace("\r\n", "\n")
    assert page.id("narrative").text == (told + "\n\n둘째 글" if "tar" in dress else told)
    letters = walk.come_back(site, words).root.all(cls="letter")
    (reply,) = [letter for letter in letters if letter.attrs["data-kind"] == "reply"]
    assert "열" in reply.text


def test_what_does_not_open_is_said_in_a_letter_too(demo, lead, sealed):
    (first, _) = sealed(STORY)
    altered = first[:-1] + bytes([first[-1] ^ 1])
    before = walk.queue(lead)
    site, words = hand_in(demo, altered)
    page = lead.get(f"/testimony/{walk.arrive(lead, before)}")
    assert STORY[5:12] not in page.text
    letters = walk.come_back(site, words).root.all(cls="letter")
    assert [letter.attrs["data-kind"] for letter in letters] == ["testimony", "reply"]
