"""An offline page that grew old, or was altered, says so and seals nothing."""

import datetime as dt
import json
import re

import pytest
from outside.site import Site
from sealing.steps import fill

TWO = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
EXPIRED = {"en": "keys have expired", "ko": "열쇠의 기한이 지났습니다", "zh": "密钥已经过期"}


@pytest.fixture
def page(browser, demo, tmp_path):
    """The page on a stick, as it is after a change of its bytes, in a browser without a network."""
    path = tmp_path / "stick" / "naru-offline.html"
    path.parent.mkdir()

    def opened(change):
        path.write_bytes(change(Site(demo.intake).get("/offline.html").body))
        browser.cut()
        browser.open(path.as_uri())
        return browser

    return opened


def lasting_until(day):
    """The page as it was made weeks ago: the last of its weeks ended on this day."""

    def change(data):
        aged, count = re.subn(
            rb'"until": "[0-9-]{10}"', f'"until": "{day.isoformat()}"'.encode(), data
        )
        assert count
        return aged

    return change


@pytest.fixture
def today(demo):
    """The day as the intake counts it, in UTC."""
    return dt.date.fromisoformat(json.loads(Site(demo.intake).get("/ko/deposit").text)["day"])


@TWO
def test_an_expired_page_says_so_in_each_language_and_seals_nothing(page, recorder, today):
    browser = page(lasting_until(today - dt.timedelta(days=1)))
    for lang, said in EXPIRED.items():
        browser.press(f"[data-choose={lang}]")
        assert said in browser.text("#error")
        part = f'section[data-lang="{lang}"] '
        fill(browser, part)
        browser.press(part + "button.main")
        assert said in browser.text("#error")
        assert browser.script(f"return document.querySelector('{part}.made').hidden")
        assert browser.text(part + "ol") == ""
    assert recorder.requests == []


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
@pytest.mark.parametrize("weeks", [7, 10])
def test_as_it_was_fetched_it_grows_old_by_the_clock_of_the_device(browser, page, today, weeks):
    browser.page.clock.set_fixed_time(
        dt.datetime.combine(today, dt.time(12)) + dt.timedelta(weeks=weeks)
    )
    page(lambda data: data)
    browser.press("[data-choose=ko]")
    assert browser.has("#error") == (weeks == 10)
    part = 'section[data-lang="ko"] '
    fill(browser, part)
    if weeks == 7:
        assert browser.saved(part + "button.main").stat().st_size > 32768
    else:
        browser.press(part + "button.main")
        assert browser.script(f"return document.querySelector('{part}.made').hidden")


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_on_its_last_day_it_still_seals(page, today):
    browser = page(lasting_until(today))
    browser.press("[data-choose=ko]")
    assert not browser.has("#error")
    part = 'section[data-lang="ko"] '
    fill(browser, part)
    assert browser.saved(part + "button.main").stat().st_size > 32768


@TWO
def test_a_page_whose_script_was_altered_says_so_and_seals_nothing(page):
    browser = page(lambda data: data.replace(b"naru.sealed", b"naru.seal3d", 1))
    assert "새 페이지" in browser.text("#error")
    assert browser.script(
        "return [...document.querySelectorAll('section')].every((one) => one.hidden)"
    )
