"""What sealing in a witness's browser costs: bytes to fetch, and times in a real Chromium."""

import gzip
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.table import Row
from crypto.identities import PQIdentity

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "app/intake/static"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
BUNDLE = """
import { build } from "esbuild";
await build({ stdin: { contents: `
  import { seal, recipient, recipientOf } from "./src/age.js";
  globalThis.naru = { seal, recipient, recipientOf };`, resolveDir: "." },
  bundle: true, minify: true, format: "iife", target: "es2021", outfile: process.argv[1] });
"""
# Everything a page does between the press and the post, but for the wire.
MEASURE = """([to, size, times]) => {
  const plain = new Uint8Array(size).fill(97), found = [];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    naru.recipientOf(crypto.getRandomValues(new Uint8Array(32)));
    naru.seal(plain, naru.recipient(to));
    found.push(performance.now() - start);
  }
  return found;
}"""
# A file as the witness's page hands it to the script beside it, until all of it is sealed.
FILE = """async ([script, size]) => {
  const beside = new Worker(URL.createObjectURL(new Blob([script])));
  const file = new File([new Uint8Array(size).fill(97)], "file");
  const start = performance.now();
  await new Promise((done, failed) => {
    beside.onmessage = ({ data }) => (data.sealed ? done() : data.failed ? failed(data) : 0);
    beside.onerror = failed;
    const [nonce, key] = [16, 32].map((size) => crypto.getRandomValues(new Uint8Array(size)));
    beside.postMessage({ file, nonce, key });
  });
  return performance.now() - start;
}"""
SMALL, LARGE = 32 * 1024, 20 * 1024 * 1024
FRESH = 5  # browsers: the first time in one is what a witness waits for, and varies by half


def rows() -> list[Row]:
    """Bytes first, which are the same everywhere; then the times of this machine."""
    return [*_bytes(), *_times()]


def _bytes() -> list[Row]:
    found = []
    fetched = {}
    for name in ("naru.js", "words.ko.txt", "sealer.js"):
        data = (STATIC / name).read_bytes()
        fetched[name] = len(gzip.compress(data, 9, mtime=0))
        found += [Row(name, len(data), "B"), Row(f"{name}, gzip", fetched[name], "B")]
    most, file = 40_000, fetched.pop("sealer.js")
    text = sum(fetched.values())
    told = {"script and one list of words, gzip": text}
    told["with the script that seals files, gzip"] = text + file
    return [*(Row(what, size, "B", most=most, counted=True) for what, size in told.items()), *found]


def _times() -> list[Row]:
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not chromium or not node or not (ROOT / "web/node_modules").exists():
        print("skipped: seal times (apt-get install chromium nodejs npm; npm ci in web/)")
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder, "bench.js")
        command = [node, "--input-type=module", "-e", BUNDLE, str(script)]
        subprocess.run(command, cwd=ROOT / "web", check=True, timeout=60)
        found = []
        for name, flags, most in (("", [], 100), (", JIT off", ["--js-flags=--jitless"], 1000)):
            firsts = []
            for _ in range(FRESH):
                with playwright.chromium.launch(
                    executable_path=chromium, args=[*FLAGS, *flags]
                ) as browser:
                    page = _opened(browser, script)
                    short = page.evaluate(MEASURE, [_recipient(), SMALL, 9])
                    firsts.append(short[0])
                    if len(firsts) == FRESH:
                        long = page.evaluate(
                            FILE, [(STATIC / "sealer.js").read_text("utf-8"), LARGE]
                        )
            found += _rows(firsts, short, long, (name, most))
    return found


def _opened(browser: Browser, script: Path) -> Page:
    page = browser.new_page()
    page.set_default_timeout(0)
    page.add_script_tag(path=str(script))
    return page


def _recipient() -> str:
    return str(PQIdentity.generate().recipient)


def _rows(
    firsts: list[float], short: list[float], long: float, which: tuple[str, int]
) -> list[Row]:
    """Lay out what so many fresh browsers took at first, and the last of them afterwards."""
    (name, most), spread = (
        which,
        f"{FRESH} fresh browsers: {min(firsts):.0f} to {max(firsts):.0f} ms",
    )
    what = f"seal a text of 10 kB (padded to 32 KiB), first{name}"
    return [
        Row(what, statistics.median(firsts), "ms", most=most, note=f"median of {spread}"),
        Row(f"the same, median of nine{name}", statistics.median(short), "ms", most=most),
        Row(f"seal a file of 20 MiB beside the page{name}", long, "ms"),
    ]
