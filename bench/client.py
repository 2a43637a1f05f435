"""The witnesses of the load, in a process of their own: `python -m bench.client URL COUNT AT_ONCE`.

Each asks for the form, fills it in and sends it, on one connection; the page is cut with a pattern
instead of being parsed, so that the client costs the service little of the machine.
"""

import http.client
import json
import queue
import re
import sys
import threading
import time
from urllib.parse import urlsplit

from outside.site import Site, multipart

HIDDEN = re.compile(r'<input[^>]*type="?hidden"?[^>]*>')
NAME, VALUE = re.compile(r'name="?([\w-]+)'), re.compile(r'value="([^"]*)"')
RECEIPT = re.compile(rb'id="?receipt\b')
TEXT = "2023년 10월 9일에 언니가 도문에서 온성으로 넘겨졌습니다. " * 30
BROKEN = (OSError, http.client.HTTPException, ValueError)


def main(url: str, count: int, at_once: int) -> dict[str, float]:
    """Send `count` testimonies, at most `at_once` together."""
    action = Site(url).get("/ko/").form("testimony").action
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(count):
        todo.put(number)
    times: list[float] = []
    workers = [
        threading.Thread(target=_work, args=(url, action, todo, times)) for _ in range(at_once)
    ]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    p95 = sorted(times)[int(len(times) * 0.95)] if times else 0.0
    return {"seconds": seconds, "failed": count - len(times), "p95": p95}


def _work(url: str, action: str, todo: "queue.SimpleQueue[int]", times: list[float]) -> None:
    while True:
        try:
            number = todo.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        try:
            said = _submit(url, action, number)
        except BROKEN:
            continue
        if said:
            times.append(time.monotonic() - began)


def _submit(url: str, action: str, number: int) -> bool:
    parts = urlsplit(url)
    wire = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        wire.request("GET", "/ko/")
        page = wire.getresponse().read().decode()
        pairs = [_pair(each) for each in HIDDEN.findall(page)]
        said = [("w_role", "family"), ("w_narrative", f"{number} {TEXT}"), ("k_rescue", "yes")]
        kind, body = multipart(pairs + said)
        wire.request("POST", action, body, {"Content-Type": kind})
        answer = wire.getresponse()
        return bool(RECEIPT.search(answer.read())) and answer.status == http.HTTPStatus.OK
    finally:
        wire.close()


def _pair(tag: str) -> tuple[str, str]:
    name, value = NAME.search(tag), VALUE.search(tag)
    return (name[1] if name else "", value[1] if value else "")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
