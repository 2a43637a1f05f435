// Coming back: the words stay in the page, what lies under them is asked for by number, and replies
// are opened here.

import * as age from "./age.js";
import { text, unhex } from "./bytes.js";
import { enhanceFollow, tick } from "./following.js";
import { become, complain, element, lang } from "./forms.js";
import { AT_ONCE, agreed } from "./keeping.js";
import * as receipts from "./receipt.js";
import { say } from "./sentences.js";
import * as wire from "./wire.js";

const KINDS = ["testimony", "addition", "correction", "answer", "consent", "attachment"];
const LANGUAGES = ["ko", "zh", "en"];

export function enhanceReturn(form) {
  form.querySelector("button.main").before(element("p", { class: "hint", id: "sealing" }, say("returning")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain("");
    try {
      await comeBack(form.elements.receipt.value);
    } catch {
      complain(say("lookFailed"));
    }
  });
}

async function comeBack(typed) {
  const read = await reading(typed);
  if (!read) return complain(say("notWords"));
  const to = await wire.terms();
  const where = receipts.root(read, unhex(to.site));
  const found = await everything(where);
  const first = found.find((letter) => letter.kind === "testimony");
  if (!first) return complain(say("nothing"));
  const day = first.withdraw_on;
  const state = !day ? "letters" : day > to.day ? "waiting" : "gone";
  const main = become(await wire.page(`/${lang()}/own/${state}`));
  if (day) main.querySelector(".care").textContent = main.querySelector(".care").textContent.replace("…", day);
  const list = main.querySelector("ol.letters");
  const kinds = new Map([...list.children].map((one) => [one.dataset.kind, one]));
  list.replaceChildren(...found.filter((letter) => letter.said).map((one) => drawn(one, kinds.get(one.kind))));
  if (state === "gone") return;
  where.spoken = typed;
  showConsents(main, where, found.filter((letter) => letter.kind === "consent"));
  enhanceFollow(main, where, found.filter((letter) => letter.kind === "question").pop()?.slot);
}

// The ten words in this page's language, else in another, else in a mixture.
async function reading(typed) {
  const order = [lang(), ...LANGUAGES.filter((one) => one !== lang())];
  for (const one of order) {
    const read = receipts.read(typed, [await wire.words(one)]);
    if (read) return read;
  }
  return receipts.read(typed, await Promise.all(order.map(wire.words)));
}

function showConsents(main, where, items) {
  const boxes = [...main.querySelectorAll("#consent [type=checkbox]")].map((box) => box.name);
  const ticked = agreed(where, items, boxes);
  if (!ticked) return;
  main.querySelector("#unknown")?.remove();
  for (const name of ticked) tick(main, name, "yes");
}

// All that lies under a receipt, in the order of days and, within one, of slots.
async function everything(where) {
  const found = [];
  const more = new Map([...KINDS, "desk"].map((kind) => [kind, 0]));
  while (more.size) {
    const asked = new Map();
    for (const [kind, from] of more) {
      for (let n = from; n < from + AT_ONCE; n++) asked.set(receipts.id(where, kind, n), kind);
    }
    const { items, replies } = await wire.left([...asked.keys()]);
    const there = new Map([...items, ...replies].map((one) => [one.slot, one]));
    for (const [slot, kind] of asked) if (there.has(slot)) found.push(letter(there.get(slot), kind, where));
    for (const [kind, from] of more) {
      const count = [...there.keys()].filter((slot) => asked.get(slot) === kind).length;
      count < AT_ONCE ? more.delete(kind) : more.set(kind, from + AT_ONCE);
    }
  }
  return found.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

// `said`: it is a letter, not only the mark of a withdrawal at the end of its kind.
function letter(one, kind, where) {
  return kind === "desk" ? { ...opened(one, where), said: true } : { ...one, kind, said: one.same !== "" };
}

function opened({ slot, day, envelope }, where) {
  try {
    const held = JSON.parse(text(age.open(envelope, where.identity)));
    if (held.id !== slot || held.naru !== 1 || !["reply", "question"].includes(held.kind)) throw new Error("misfiled");
    return { slot, day, kind: held.kind, text: String(held.fields.text || held.fields.w_narrative || "") };
  } catch {
    return { slot, day, kind: "reply", unread: true };
  }
}

// A letter like the one of its kind that the page came with.
function drawn({ day, text: said, unread }, like) {
  const made = like.cloneNode(true);
  const time = made.querySelector("time");
  made.dataset.day = time.dateTime = time.textContent = day;
  const words = made.querySelector(".words");
  if (said) words.textContent = said;
  else words?.remove();
  if (unread) made.append(element("p", { class: "hint" }, say("unread")));
  return made;
}
