"""Every page a witness can meet, by name: what the tests of accessibility look at."""

from msgspec.structs import replace
from outside.site import Upload


def pages(world, visitor, lang):
    """One visit on which as much as possible goes wrong."""
    yield "form", visitor.get(f"/{lang}/")
    yield "refused form", visitor.tell(lang, w_narrative="", a_cross="other")
    receipt = visitor.tell(lang, k_rescue="yes")
    yield "receipt", receipt
    yield "return", visitor.get(f"/{lang}/return")
    yield "wrong words", visitor.come_back("abandon " * 9, lang)
    yield "letters", visitor.come_back(receipt.receipt, lang)
    yield "done", visitor.post(receipt.form("add"), w_narrative="x")
    yield "sent file", visitor.post(receipt.form("attach"), attachment=Upload("a", b"1"))
    for name in ("add", "correct", "answer"):
        yield f"refused {name}", visitor.post(receipt.form(name), w_narrative="")
    yield "refused consent", visitor.post(receipt.form("consent"), k_court="perhaps")
    yield "refused withdrawal", visitor.post(receipt.form("withdraw"), receipt="", when="now")
    withdraw = receipt.form("withdraw")
    yield "waits", visitor.post(withdraw, receipt=receipt.receipt, when="in-7-days")
    yield "letters that wait", visitor.come_back(receipt.receipt, lang)
    yield "withdrawn", visitor.post(withdraw, receipt=receipt.receipt, when="now")
    yield "letters that are gone", visitor.come_back(receipt.receipt, lang)
    yield "nothing", visitor.get(f"/{lang}/nothing")
    yield "key", visitor.get(f"/{lang}/key")
    yield "sealed", visitor.get(f"/{lang}/sealed")
    sealed = visitor.get(f"/{lang}/sealed").form("sealed")
    yield "refused file", visitor.post(sealed, envelope=Upload("a.age", b"no age file"))
    world.settings = replace(world.settings, question="always")
    world.app = world.start()
    yield "form with a question", visitor.get(f"/{lang}/")
