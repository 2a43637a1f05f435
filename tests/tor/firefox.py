"""Firefox ESR, as near to Tor Browser as a package of Debian comes: at "Safest", or with script."""

import contextlib
import socket
import subprocess
import time

from outside.demo import free_ports

OFF = (
    "javascript.enabled",
    "network.dns.blockDotOnion",
    "network.proxy.failover_direct",
    "dom.security.https_only_mode",
    "dom.security.https_first",
    "gfx.downloadable_fonts.enabled",
    "media.peerconnection.enabled",
    "datareporting.healthreport.uploadEnabled",
    "datareporting.policy.dataSubmissionEnabled",
    "toolkit.telemetry.enabled",
    "app.normandy.enabled",
    "browser.safebrowsing.malware.enabled",
    "browser.safebrowsing.phishing.enabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
    "extensions.update.enabled",
    "app.update.enabled",
)
ON = (
    "network.proxy.socks_remote_dns",
    "network.proxy.allow_hijacking_localhost",
    "privacy.resistFingerprinting",
    "svg.disabled",
    "mathml.disabled",
    "webgl.disabled",
)
OF_SAFEST = ("javascript.enabled", "svg.disabled", "mathml.disabled")


class Firefox:
    """A browser behind a client's SocksPort, or on loopback. `page` is its Marionette."""

    flags, environ = ("--headless",), {}

    def __init__(self, program, folder, socks=None, *, script=False):
        self.program, self.folder, self.socks, self.with_script = program, folder, socks, script
        self.process = self.page = None

    def __enter__(self):
        from marionette_driver.marionette import Marionette  # noqa: PLC0415 - only where it is

        (port,) = free_ports(1)
        self.folder.mkdir()
        lines = [f'user_pref("{name}", {value});' for name, value in self._prefs(port)]
        (self.folder / "user.js").write_text("\n".join(lines) + "\n")
        command = [self.program, *self.flags, "--no-remote", "--marionette"]
        with (self.folder / "firefox.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--profile", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    "HOME": str(self.folder),
                    "PATH": "/usr/bin:/bin",
                    "MOZ_DISABLE_CONTENT_SANDBOX": "1",
                    **self.environ,
                },
            )
        try:
            self._wait(port)
            self.page = Marionette(host="127.0.0.1", port=port)
            self.page.start_session()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self, port):
        end = time.monotonic() + 90
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                return
            time.sleep(0.2)
        raise AssertionError((self.folder / "firefox.log").read_text()[-2000:])

    def _prefs(self, port):
        yield from ((name, "false") for name in OFF if not (self.with_script and name in OF_SAFEST))
        yield from ((name, "true") for name in ON if not (self.with_script and name in OF_SAFEST))
        yield from (
            ("marionette.port", port),
            ("network.proxy.type", 0 if self.socks is None else 1),
            ("network.trr.mode", 5),
            ("network.http.speculative-parallel-limit", 0),
            ("intl.accept_languages", '"ko"'),
        )
        if self.socks is not None:
            yield from (
                ("network.proxy.socks", '"127.0.0.1"'),
                ("network.proxy.socks_port", self.socks),
                ("network.proxy.socks_version", 5),
            )

    def find(self, css):
        return self.page.find_element("css selector", css)

    def see(self, css, wait=60):
        """The element, once the next page is there."""
        from marionette_driver.errors import NoSuchElementException  # noqa: PLC0415

        end = time.monotonic() + wait
        while True:
            try:
                return self.find(css)
            except NoSuchElementException:
                if time.monotonic() > end:
                    raise AssertionError(f"no {css} on {self.page.get_url()}") from None

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.page.delete_session()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
