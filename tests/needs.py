"""Programs a test drives: without one it is skipped with the line that installs it.

Under `NARU_REQUIRE_ALL=1`, as in CI, the same test fails instead: nothing is left out unseen.
"""

import os
import shutil

import pytest

PACKAGES = {
    "age": "age",
    "chromium": "chromium",
    "debootstrap": "debootstrap",
    "firefox-esr": "firefox-esr",
    "ip": "iproute2",
    "nft": "nftables",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "orca": "orca xvfb dbus-daemon at-spi2-core",
    "pdfinfo": "poppler-utils",
    "pdftotext": "poppler-utils",
    "sha256sum": "coreutils",
    "slowhttptest": "slowhttptest",
    "ssh-keygen": "openssh-client",
    "strace": "strace",
    "systemd-analyze": "systemd",
    "systemd-nspawn": "systemd-container",
    "tor": "tor",
    "unshare": "util-linux",
    "w3m": "w3m",
}


def need(program):
    """Give the program's path, or leave the test with a sentence that says what to install."""
    path = shutil.which(program)
    if path is None:
        give_up(f"{program} is missing: apt-get install {PACKAGES.get(program, program)}")
    return path


def give_up(why):
    """Skip, or fail where everything must run."""
    if os.environ.get("NARU_REQUIRE_ALL") == "1":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
