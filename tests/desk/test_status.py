"""The page that tells leads how it goes, and nobody else."""

import pytest
from outside import walk


def count(page, name):
    (found,) = [node for node in page.root.all("strong") if node.attrs.get("data-count") == name]
    return int(found.text)


def test_a_lead_sees_what_waits_and_since_when(world):
    for _ in range(3):
        world.arrive()
    world.now += 2 * 86400
    owner = world.member("owner")
    page = owner.get("/status")
    assert page.status == 200
    assert (count(page, "waiting"), count(page, "untouched")) == (3, 0)
    assert "2 days" in page.id("waits").text
    assert len(walk.whole_queue(owner)) == 3
    page = owner.get("/status")
    assert (count(page, "waiting"), count(page, "untouched")) == (0, 3)
    assert count(page, "ahead") == 9  # this week and eight more


@pytest.mark.parametrize("name", ["colleague", "outsider", "partner"])
def test_nobody_else_does(world, name):
    assert world.member(name).get("/status").status in (403, 404)


def test_who_is_not_logged_in_is_sent_to_the_door(nobody):
    assert nobody.get("/status").status in (303, 401, 403)
