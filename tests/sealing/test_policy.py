"""What a hostile script could do if one got in: the page's policy, in both browsers.

The page is altered on the way so that it runs this script in place of ours; the policy stays.
"""

import json

import pytest
from outside.site import Site
from sealing.recorder import Recorder

TWO = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
ATTEMPTS = """
const tried = {};
const attempt = async (name, act) => {
  try { await act(); tried[name] = "done"; } catch { tried[name] = "refused"; }
};
const elsewhere = "ELSEWHERE";
const loads = (tag, name) => new Promise((done, failed) => {
  const made = document.createElement(tag);
  made[name] = elsewhere; made.onload = done; made.onerror = failed; document.body.append(made);
});
(async () => {
  await attempt("eval", () => eval("1"));
  await attempt("Function", () => new Function("return 1")());
  await attempt("WebAssembly", () => WebAssembly.compile(
    new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
  await attempt("markup", () => { document.body.innerHTML += "<i></i>"; });
  await attempt("a second policy", () => trustedTypes.createPolicy("other", {
    createHTML: (text) => text }));
  await attempt("the policy again", () => {
    trustedTypes.createPolicy("naru", {}); trustedTypes.createPolicy("naru", {}); });
  await attempt("fetch elsewhere", () => fetch(elsewhere, { mode: "no-cors" }));
  await attempt("a picture elsewhere", () => loads("img", "src"));
  await attempt("a worker of text", () => new Worker("data:text/javascript,1"));
  document.title = JSON.stringify(tried);
})();
"""


@pytest.fixture
def elsewhere():
    """A server of somebody else; what reaches it is in `requests`."""
    made = Recorder()
    yield made
    made.close()


@TWO
def test_a_script_that_got_in_makes_no_code_of_text_and_reaches_nobody(
    browser, recorder, demo, elsewhere
):
    script = Site(demo.intake).get("/ko/").root.one("script").attrs["integrity"].encode()
    recorder.altered["/ko/"] = lambda data: data.replace(script, b"")
    address = f"http://127.0.0.1:{elsewhere.port}/"
    hostile = ATTEMPTS.replace("ELSEWHERE", address).encode()
    recorder.altered["/naru.js"] = lambda _: hostile
    browser.open(f"{demo.intake}/ko/")
    for _ in range(100):
        if (title := browser.script("return document.title")) != "Naru":
            break
        browser.script("return new Promise((go) => setTimeout(go, 100))")
    assert set(json.loads(title).values()) == {"refused"}, title
    assert not any(path == "/" for _, path, _ in recorder.requests)
    assert elsewhere.requests == []


@TWO
def test_words_and_the_sealer_are_fetched_only_when_they_are_needed(browser, recorder, demo):
    page = Site(demo.intake).get("/ko/")
    assert list(page.resources()) == []
    (script,) = page.root.all("script")
    assert script.attrs["src"] == "/naru.js"
    assert script.attrs["integrity"].startswith("sha384-")
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    fetched = [path for _, path, _ in recorder.requests if path.endswith((".js", ".txt"))]
    assert fetched == ["/naru.js"]
