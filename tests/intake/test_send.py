"""Sending the form: one testimony, one receipt, or a sentence and nothing stored."""

from intake.world import STORY


def test_a_form_becomes_one_sealed_testimony_and_ten_words(world, visitor):
    page = visitor.tell("ko", w_role="family", k_rescue="yes", w_knowledge=["saw", "rumour"])
    assert page.status == 200, page.error
    assert len(page.receipt.split()) == 10
    document = world.one("testimony")
    assert document.fields == {
        "w_narrative": STORY,
        "w_role": "family",
        "k_rescue": "yes",
        "w_knowledge": ("saw", "rumour"),
    }
    assert (document.lang, document.way, document.epoch) == ("ko", "server", "2026-W48")
    assert document.reply
