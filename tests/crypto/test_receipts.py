import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto.errors import CryptoError, NotAWord, WrongWordCount
from crypto.receipts import WORDS, Receipt, Root, Slots, same
from crypto.words import LISTS, LONGEST_TEXT, word_list

SITE = bytes(range(16))
RECEIPTS = st.integers(0, 2**110 - 1).map(lambda n: Receipt((n << 2).to_bytes(14, "big")))
SEPARATORS = st.sampled_from([" ", "\n", "\u3000", ", ", " 1. ", "\r\n2) ", "\t", "·", "\u00a0"])


@cases("receipts", "derived")
def test_a_seed_gives_the_receipt_and_the_words_its_vector_says(case):
    receipt = Receipt.from_seed(bytes.fromhex(case["seed"]))
    assert receipt.code.hex() == case["code"]
    assert {lang: list(receipt.words(lang)) for lang in LISTS} == case["words"]


@cases("receipts", "read")
def test_words_are_read_however_they_were_typed(case):
    assert Receipt.parse_words(case["text"]).code.hex() == case["code"]


@cases("receipts", "wrong word count")
def test_too_few_and_too_many_words_are_counted(case):
    with pytest.raises(WrongWordCount) as caught:
        Receipt.parse_words(case["text"])
    assert (caught.value.found, caught.value.expected) == (case["found"], WORDS)


@cases("receipts", "not a word")
def test_a_word_of_no_list_is_named_with_its_place_and_what_is_near(case):
    with pytest.raises(NotAWord) as caught:
        Receipt.parse_words(case["text"])
    refusal = caught.value
    assert (refusal.word, refusal.position) == (case["word"], case["position"])
    assert case["near"] in refusal.near if case["near"] else not refusal.near
    assert len(refusal.near) <= 3
    assert case["word"] not in str(refusal)


@cases("receipts", "rooted")
def test_everything_comes_from_code_and_site_as_its_vector_says(case):
    root = Receipt(bytes.fromhex(case["code"])).root(bytes.fromhex(case["site"]))
    assert root.key.hex() == case["root"]
    assert root.thread.hex() == case["thread"]
    assert root.identity_seed.hex() == case["identity"]
    assert root.same_key.hex() == case["same_key"]
    assert {kind: root.slots(kind).key.hex() for kind in case["slots"]} == case["slots"]
    for one in case["slot"]:
        assert root.slot(one["kind"], one["n"]).hex() == one["slot"]


@cases("receipts", "tagged")
def test_the_same_answers_have_the_tag_their_vector_says(case):
    root = Root.derive(bytes.fromhex(case["code"]), bytes.fromhex(case["site"]))
    assert root.same(case["kind"], case["fields"]).hex() == case["tag"]
    assert same(root.same_key, case["kind"], case["fields"]).hex() == case["tag"]


@given(RECEIPTS, st.sampled_from(sorted(LISTS)), st.sampled_from(["NFC", "NFD", "NFKD"]), st.data())
def test_shown_words_are_read_back(receipt, lang, form, data):
    typed = "".join(word + data.draw(SEPARATORS) for word in receipt.words(lang))
    assert Receipt.parse_words(unicodedata.normalize(form, typed)) == receipt


@given(st.text(max_size=200) | st.lists(st.sampled_from(word_list("zh"))).map("".join))
def test_any_text_is_read_or_refused_by_type_alone(hostile):
    try:
        assert len(Receipt.parse_words(hostile).words("en")) == WORDS
    except CryptoError as error:
        assert isinstance(error, WrongWordCount | NotAWord)  # noqa: PT017 - the kind is the test


def test_a_long_text_is_not_read_to_its_end():
    typed = " ".join(Receipt(bytes(14)).words("en"))
    assert Receipt.parse_words(typed.replace(" ", " " * 90, 10)[:LONGEST_TEXT]).code == bytes(14)
    spread = typed.replace(" ", " " * 120)
    with pytest.raises(WrongWordCount) as caught:
        Receipt.parse_words(spread)
    assert caught.value.found > WORDS


def test_blanks_around_a_receipt_do_not_make_it_long():
    typed = " ".join(Receipt(bytes(14)).words("ko"))
    assert Receipt.parse_words("\n" * 2000 + typed + " " * 2000).code == bytes(14)


def test_no_word_stands_in_two_lists_nor_twice_in_one():
    for form in ("NFC", "NFKD"):
        every = [unicodedata.normalize(form, word) for lang in LISTS for word in word_list(lang)]
        assert len(set(every)) == len(every) == 3 * 2048


def test_a_long_word_has_nothing_near():
    with pytest.raises(NotAWord) as caught:
        Receipt.parse_words(" ".join(["abandon"] * 9 + ["abandon" * 4]))
    assert caught.value.near == []


@pytest.mark.parametrize("code", [b"", bytes(13), bytes(15), bytes(13) + b"\1", bytes(13) + b"\2"])
def test_a_code_the_words_cannot_say_is_refused(code):
    with pytest.raises(ValueError, match="110 bits"):
        Receipt(code)


def test_what_is_secret_is_not_shown():
    receipt = Receipt.from_seed(bytes(32))
    root = receipt.root(SITE)
    shown = repr([receipt, root, root.slots("desk")])
    for secret in (receipt.code, root.key, root.slots("desk").key):
        assert repr(secret) not in shown


def test_a_slot_outside_32_bits_or_of_no_kind_is_refused():
    slots = Slots(bytes(32))
    assert len(slots.slot(2**32 - 1)) == 16
    for n in (-1, 2**32):
        with pytest.raises(ValueError, match="32 bits"):
            slots.slot(n)
    with pytest.raises(ValueError, match="kind"):
        Root(bytes(32)).slots("other")


def test_a_root_needs_a_code_and_a_site_of_their_lengths():
    for code, site in ((bytes(13), SITE), (bytes(14), SITE[1:])):
        with pytest.raises(ValueError, match="root"):
            Root.derive(code, site)


def test_a_language_without_a_list_is_refused():
    with pytest.raises(KeyError):
        Receipt(bytes(14)).words("ja")


def test_other_text_has_another_tag_and_so_has_another_kind():
    root = Root(bytes(32))
    tags = {
        root.same("testimony", {"a": "x"}),
        root.same("testimony", {"a": "y"}),
        root.same("testimony", {"b": "x"}),
        root.same("testimony", {"a": ["x"]}),
        root.same("addition", {"a": "x"}),
        Root(bytes([1]) * 32).same("testimony", {"a": "x"}),
    }
    assert len(tags) == 6
