"""A thousand slow uploads held, and how long everybody else waits meanwhile."""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from outside.demo import Demo
from outside.site import Site

from bench.table import Row

HELD, SECONDS, PROBES = 1000, 12, 40
HEAD = b'--b\r\nContent-Disposition: form-data; name="attachment"; filename="a"\r\n\r\n'


def rows() -> list[Row]:
    """Hold the uploads from another process; probe from here."""
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder, "data")) as demo:
        site = Site(demo.intake)
        form = site.get("/en/").form("testimony")
        path = site.post(form, w_narrative="A story that nobody lived.").form("attach").action
        words = [sys.executable, "-m", "bench.slow", str(site.port), path]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
            time.sleep(5)
            waits = sorted(_probe(site) for _ in range(PROBES))
            told = holder.communicate(timeout=120)[0]
    p95 = waits[int(PROBES * 0.95) - 1] * 1000
    note = f"{int(told)} of {HELD} connections had no answer and were held"
    return [Row("first page while slow uploads come, 95 of 100", p95, "ms", most=50, note=note)]


def _probe(site: Site) -> float:
    began = time.monotonic()
    if site.get("/en/").status != 200:
        raise SystemExit("the first page was refused")
    waited = time.monotonic() - began
    time.sleep(0.1)
    return waited


async def _hold(port: int, path: str) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 9000000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode() + HEAD)
    answered = asyncio.ensure_future(reader.read(1))
    for _ in range(SECONDS):
        await asyncio.sleep(1)
        if answered.done():
            break
        writer.write(b"x" * 2000)
    held = not answered.done()
    answered.cancel()
    writer.close()
    return held


async def _hold_all(port: int, path: str) -> int:
    found = await asyncio.gather(*(_hold(port, path) for _ in range(HELD)), return_exceptions=True)
    return sum(one is True for one in found)


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    print(asyncio.run(_hold_all(int(sys.argv[1]), sys.argv[2])))
