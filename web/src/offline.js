// The page that seals without a network: from a stick, from file://, into one file to carry.

import * as age from "./age.js";
import { hex, join, unhex, utf8 } from "./bytes.js";
import * as documents from "./document.js";
import { answers, complain, drawn, element, showWords } from "./forms.js";
import { say } from "./offline-sentences.js";
import * as receipts from "./receipt.js";

const BLOCK = 512;
const held = JSON.parse(document.getElementById("naru").textContent);
const NAMES = { ko: "ko", zh: "zh-Hans", en: "en" };
let chosen = "";
let code = null;

const today = () => new Date().toISOString().slice(0, 10);

// The last week there is a key for: whoever carries the file has the longest time.
const last = held.recipients.reduce((a, b) => (a.until > b.until ? a : b));

function show(lang) {
  chosen = lang;
  document.documentElement.lang = NAMES[lang];
  for (const part of document.querySelectorAll("[data-lang]")) part.hidden = part.dataset.lang !== lang;
  for (const part of document.querySelectorAll("[data-until]")) {
    part.replaceChildren(say("until", lang), " ", element("time", {}, last.until));
  }
  complain("");
  if (today() > last.until) complain(say("expired", lang));
}

// A tar of one file (POSIX ustar), whose name says where it belongs.
function tar(name, data) {
  const head = new Uint8Array(BLOCK);
  const put = (at, text) => head.set(utf8(text), at);
  put(0, name);
  put(100, "0000600\0" + "0000000\0" + "0000000\0");
  put(124, data.length.toString(8).padStart(11, "0") + "\0");
  put(136, "00000000000\0" + "        " + "0");
  put(257, "ustar\0" + "00");
  put(148, head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0") + "\0 ");
  return join(head, data, new Uint8Array(-data.length & (BLOCK - 1)), new Uint8Array(2 * BLOCK));
}

function seal(fields) {
  code ||= receipts.draw();
  const where = receipts.root(code, unhex(held.site));
  const reply = age.recipientOf(where.identity);
  const made = documents.make({ kind: "testimony", n: 0, way: "offline", lang: chosen, fields, to: last, where, recipient: reply });
  const sealed = age.seal(documents.bytes(made), age.recipient(last.recipient));
  const name = `${last.epoch}.${made.id}.${hex(where.same("testimony", made.fields))}.age`;
  return tar(name, sealed);
}

async function make(form, event) {
  event.preventDefault();
  complain("");
  if (today() > last.until) return complain(say("expired", chosen));
  const fields = answers(form);
  if (!fields.w_narrative) return complain(say("empty", chosen));
  await drawn();
  const address = URL.createObjectURL(new Blob([seal(fields)], { type: "application/octet-stream" }));
  element("a", { href: address, download: "naru.sealed" }).click();
  const part = form.closest("[data-lang]");
  showWords(part.querySelector("ol"), receipts.words(code, held.words[chosen].split(" ")));
  part.querySelector(".made").hidden = false;
  part.querySelector(".made p").textContent = say("made", chosen);
  part.querySelector(".made").scrollIntoView();
}

for (const choice of document.querySelectorAll("[data-choose]")) {
  choice.addEventListener("click", () => show(choice.dataset.choose));
}
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => make(form, event));
show(held.lang);
if (!globalThis.crypto?.getRandomValues) complain(say("clock", chosen));
