"""Codes, recovery codes, and a door that slows guessing without locking anybody out."""

import threading

import pyotp
import pytest
from sqlalchemy import select

from app.casebook import members, secondfactor, tables
from app.casebook.shapes import Refused
from app.casebook.throttle import EVERYWHERE, FREE, LINE, LONGEST, Throttle, TooMany, pause
from crypto import locking

STEP = 30


@pytest.fixture
def secret(kit):
    """The owner has a second factor; their recovery codes are ``kit.codes``."""
    ring = kit.ring("owner")
    begun = secondfactor.begin("owner")
    code = pyotp.TOTP(begun.secret).at(kit.now)
    kit.codes = change(
        kit, ring, lambda card: secondfactor.enable(card, begun.secret, code, kit.now)
    )
    kit.now += STEP
    return begun.secret


def change(kit, ring, what):
    return members.change_card(kit.store, ring.identity, bytes.fromhex(ring.member.id), what)


def test_the_code_is_that_of_another_implementation(kit, secret):
    for step in (1, 2, 58_000_000):
        assert secondfactor.code_at(secret, step) == pyotp.TOTP(secret).at(step * STEP)
    begun = secondfactor.of_secret(secret, "김 lead")
    read = pyotp.parse_uri(begun.uri)
    assert (read.secret, read.name, read.issuer) == (secret, "김 lead", "Naru")


def test_with_a_second_factor_the_passphrase_alone_opens_nothing(kit, secret):
    for code in ("", "000000", "x"):
        with pytest.raises(Refused):
            kit.ring("owner", code=code)
    assert kit.ring("owner", code=pyotp.TOTP(secret).at(kit.now))
    assert kit.ring("colleague")


@pytest.mark.parametrize("written", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_is_read_as_people_type_it(kit, secret, written):
    assert kit.ring("owner", code=written.format(pyotp.TOTP(secret).at(kit.now)))


@pytest.mark.parametrize("drift", [-STEP, STEP])
def test_a_clock_may_be_half_a_minute_wrong(kit, secret, drift):
    kit.now += STEP
    assert kit.ring("owner", code=pyotp.TOTP(secret).at(kit.now + drift))


def test_a_code_opens_once_in_whatever_process(kit, secret):
    code = pyotp.TOTP(secret).at(kit.now)
    assert kit.ring("owner", code=code)
    for book in (kit.book, kit.another()):
        with pytest.raises(Refused):
            kit.ring("owner", book, code)


def test_an_earlier_code_is_dead_once_a_later_one_was_used(kit, secret):
    kit.now += STEP
    earlier = pyotp.TOTP(secret).at(kit.now - STEP)
    assert kit.ring("owner", code=pyotp.TOTP(secret).at(kit.now))
    with pytest.raises(Refused):
        kit.ring("owner", code=earlier)


def test_a_recovery_code_opens_once_and_is_kept_as_a_digest_alone(kit, secret):
    first, second = kit.codes[:2]
    ring = kit.ring("owner", code=first.upper())
    with pytest.raises(Refused):
        kit.ring("owner", code=first)
    assert kit.ring("owner", code=second)
    card = str(members.card_of(kit.store, ring))
    assert not any(one in card or one.replace("-", "") in card for one in kit.codes)
    assert len(card) < members.CARD


def test_who_guesses_codes_cannot_keep_the_member_out(kit, secret):
    for _ in range(20):
        with pytest.raises(Refused):
            kit.ring("owner", code="123456")
    assert kit.ring("owner", code=kit.codes[0])


def test_after_five_wrong_codes_there_is_one_try_a_step(kit, secret):
    for _ in range(5):
        with pytest.raises(Refused):
            kit.ring("owner", code="123456")
    with pytest.raises(Refused):
        kit.ring("owner", code=pyotp.TOTP(secret).at(kit.now))
    kit.now += STEP
    ring = kit.ring("owner", code=pyotp.TOTP(secret).at(kit.now))
    assert members.card_of(kit.store, ring)["second"]["told"] == 6


def test_a_wrong_code_enables_nothing(kit):
    ring = kit.ring("owner")
    begun = secondfactor.begin("owner")
    assert change(kit, ring, lambda c: secondfactor.enable(c, begun.secret, "1", kit.now)) is None
    assert kit.ring("owner")


def test_the_disk_does_not_tell_who_has_one(kit, secret):
    cards = {len(row.card) for row in kit.rows(select(tables.member.c.card))}
    assert len(cards) == 1


def test_a_lock_made_with_less_is_made_anew_at_the_next_log_in(kit):
    stronger = locking.Profile(m=16, t=2, p=1)
    object.__setattr__(kit.store, "profile", stronger)
    ring = kit.ring("owner")
    row = tables.member.c.id == bytes.fromhex(ring.member.id)
    (found,) = kit.rows(select(tables.member.c.locked).where(row))
    assert locking.Locked.parse(found.locked).profile == stronger
    assert kit.ring("owner")


# The door


def failing(throttle, handle, *, known=False):
    with pytest.raises(Refused), throttle.turn(handle, known=known):
        raise Refused


def test_the_pause_grows_and_is_bounded():
    assert [pause(n) for n in range(FREE)] == [0.0] * FREE
    assert pause(FREE) == 0.25
    assert pause(10**6) == LONGEST


def test_a_hundred_wrong_tries_never_refuse_the_right_one():
    slept = []
    door = Throttle(slept.append)
    for _ in range(100):
        failing(door, b"owner")
    with door.turn(b"owner", known=False) as succeeded:
        succeeded()
    assert max(slept) == LONGEST
    with door.turn(b"owner", known=False) as succeeded:
        succeeded()
    assert slept[-1] == 0.0


def test_another_name_and_a_known_browser_notice_nothing():
    slept = []
    door = Throttle(slept.append)
    for _ in range(50):
        failing(door, b"owner")
    for handle, known in ((b"colleague", False), (b"owner", True)):
        with door.turn(handle, known=known) as succeeded:
            succeeded()
        assert slept[-1] == 0.0


def test_a_full_line_is_turned_away_at_once_and_a_known_browser_is_not():
    held, free = threading.Event(), threading.Barrier(2)
    door = Throttle(lambda _: (free.wait(5), held.wait(5)) if not held.is_set() else None)
    crowd = [threading.Thread(target=failing, args=(door, b"owner")) for _ in range(LINE)]
    for one in crowd:
        one.start()
    free.wait(5)  # the first is at the door, the others behind it or about to be
    while door._lanes[b"owner", False].waiting < LINE:
        pass
    with pytest.raises(TooMany), door.turn(b"owner", known=False):
        pass
    held.set()
    with door.turn(b"owner", known=True) as succeeded:
        succeeded()
    for one in crowd:
        one.join(5)
    assert door._lanes[b"owner", False].waiting == 0
    assert door._strangers == 0
    assert EVERYWHERE < 64


def test_a_flood_of_names_does_not_fill_the_memory():
    door = Throttle(lambda _: None)
    for n in range(10_000):
        failing(door, n.to_bytes(4, "big"))
    assert len(door._lanes) <= 4096
