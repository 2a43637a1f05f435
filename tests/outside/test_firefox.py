"""Each role in each language in Firefox ESR with script off, the way Tor Browser is at "Safest".

From the first page to the receipt, a file, a correction, coming back and withdrawing.
"""

import secrets

import pytest
from needs import need
from outside import walk
from tor.firefox import Firefox

LANGS = {"en": "en", "ko": "ko", "zh": "zh-Hans"}
# What only this role is asked, one field of each kind: in words, from a list, in a line.
ROLES = {
    "survivor": {"a_return": "2023년 10월 9일", "a_cross": "tumen_onsong", "a_who_asked": "보위부"},
    "family": {"b_last": "图们，下午", "b_rel": "sibling", "b_name": "김진실"},
    "other": {"c_own": "I only saw it.", "c_cap": "neighbour", "c_count": "열"},
}


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    program = need("firefox-esr")
    with Firefox(program, tmp_path_factory.mktemp("firefox") / "profile") as running:
        running.page.set_window_rect(width=500, height=900)
        yield running


class Person:
    """Somebody with this browser: reads, opens what is folded, types, chooses, sends."""

    def __init__(self, firefox, address, lang, folder):
        self.firefox, self.address, self.lang, self.folder = firefox, address, lang, folder

    def go(self, path):
        self.firefox.page.navigate(f"{self.address}/{self.lang}{path}")

    def unfold(self, form, control):
        """Open the part that holds this, be it in the form or around it."""
        folded = "details:not([open])"
        css = (
            f"#{form} {folded}:has({control}) > summary, {folded}:has(#{form} {control}) > summary"
        )
        for summary in self.firefox.page.find_elements("css selector", css):
            summary.click()
        return self.firefox.find(f"#{form} {control}")

    def put(self, form, name, value):
        control = self.unfold(form, f"[name={name}]")
        if control.tag_name == "select":
            control.find_element("css selector", f'option[value="{value}"]').click()
        elif control.get_attribute("type") == "checkbox":
            control.click()
        elif control.get_attribute("type") == "file":
            control.send_keys(value)
        else:
            control.clear()
            control.send_keys(value)

    def send(self, form, expected):
        self.unfold(form, "button:not([formaction])").click()
        return self.firefox.see(expected)

    def look(self, name):
        """Keep a picture, whole; it is this language, and nothing is refused."""
        assert self.firefox.find("html").get_attribute("lang") == LANGS[self.lang]
        assert not self.firefox.page.find_elements("css selector", "#error")
        picture = self.firefox.page.screenshot(format="binary", full=True)
        (self.folder / f"{name}-{self.lang}.png").write_bytes(picture)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own
@pytest.mark.timeout(180)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("lang", LANGS)
def test_the_whole_way_of_a_witness(firefox, demo, lead, tmp_path, lang, role):
    person, text = (
        Person(firefox, demo.intake, lang, tmp_path),
        f"지어낸 이야기 {secrets.token_hex(8)}",
    )
    before = walk.queue(lead)
    words = told(person, role, w_narrative=text, w_role=role, k_rescue="yes", **ROLES[role])
    page = lead.get(f"/testimony/{walk.arrive(lead, before)}")
    assert page.root.one("pre", id="narrative").text == text
    assert set(ROLES[role]) <= {n.attrs.get("data-field") for n in page.root.all()}
    attached(person, role)
    assert found(person, f"letters-{role}", words) == ["attachment", "testimony"]
    person.put("correct", "w_narrative", f"{text}, 고침")
    person.put("correct", "keep_first", "no")
    assert person.send("correct", "#done").text
    person.look(f"corrected-{role}")
    assert found(person, f"more-{role}", words) == ["attachment", "correction", "testimony"]
    person.put("withdraw", "when", "now")
    person.put("withdraw", "receipt", words)
    assert person.send("withdraw", "#done").text
    person.look(f"withdrawn-{role}")
    found(person, f"gone-{role}", words)
    assert not firefox.page.find_elements("css selector", "#add, #attach, #correct, #withdraw")


def told(person, role, **values):
    """From the first page to the ten words."""
    person.go("/")
    for name, value in values.items():
        person.put("testimony", name, value)
    person.look(f"form-{role}")
    words = person.send("testimony", "#receipt").text
    assert len(words.split()) == 10
    person.look(f"receipt-{role}")
    return words


def attached(person, role):
    """A file, from the page of the receipt."""
    file = person.folder / "사진.jpg"
    file.write_bytes(b"\xff\xd8 not a picture")
    person.put("attach", "attachment", str(file))
    assert file.name in person.send("attach", "#done").text
    person.look(f"attached-{role}")


def found(person, picture, words):
    """What lies under the ten words, by kind."""
    person.go("/return")
    person.put("return", "receipt", words)
    person.send("return", ".letters")
    person.look(picture)
    letters = person.firefox.page.find_elements("css selector", ".letter")
    return sorted(one.get_attribute("data-kind") for one in letters)
