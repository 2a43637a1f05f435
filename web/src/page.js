// The witness's own page where script runs: it seals, it keeps the ten words, it opens replies.

import * as age from "./age.js";
import { hex, text } from "./bytes.js";
import * as documents from "./document.js";
import * as receipts from "./receipt.js";
import { answers, button, complain, drawn, element, lang, say, showWords } from "./forms.js";
import * as wire from "./wire.js";

const KINDS = ["testimony", "addition", "correction", "answer", "consent", "attachment"];
const AT_ONCE = 8;
const FOLLOW = { add: "addition", correct: "correction", answer: "answer", consent: "consent" };
const LANGUAGES = ["ko", "zh", "en"];

let code = null; // the receipt of this page, drawn once: sent again, it is the same testimony

async function keep(kind, n, fields, { where, to, about, reply }) {
  const held = documents.make({ kind, n, way: "browser", lang: lang(), fields, about, to, where, recipient: reply });
  const envelope = age.seal(documents.bytes(held), age.recipient(to.recipient));
  const told = about ? { ...held.fields, about } : held.fields;
  return wire.deposit(where.slot(kind, n), where.same(kind, told), to.epoch, envelope);
}

// Fill the next free slot of a kind; what was sent from this page before keeps its slot.
const sent = new Map();
async function follow(kind, fields, { where, to, about }) {
  const told = documents.answered(about ? { ...fields, about } : fields);
  const tag = kind + hex(where.same(kind, told));
  if (!sent.has(tag)) sent.set(tag, await filled(where, kind));
  while (!(await keep(kind, sent.get(tag), fields, { where, to, about }))) sent.set(tag, sent.get(tag) + 1);
}

async function filled(where, kind) {
  let count = 0;
  for (;;) {
    const slots = Array.from({ length: AT_ONCE }, (_, n) => receipts.id(where, kind, count + n));
    const there = new Set((await wire.left(slots)).items.map((item) => item.slot));
    const gap = slots.findIndex((slot) => !there.has(slot));
    if (gap >= 0) return count + gap;
    count += AT_ONCE;
  }
}

// --- The form ------------------------------------------------------------------------------------

function enhanceForm(form) {
  const state = element("p", { id: "sealing", class: "hint", "aria-live": "polite" }, say("will"));
  form.querySelector("button.main").before(state);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const elsewhere = event.submitter?.getAttribute("formaction");
    elsewhere ? translate(form, elsewhere.split("/")[1]) : send(form, state);
  });
}

async function send(form, state) {
  const fields = answers(form);
  if (!fields.w_narrative) return complain(say("empty"));
  complain("");
  state.textContent = say("sealing");
  await drawn();
  try {
    code ||= receipts.draw();
    const [to, list, after] = await Promise.all([wire.terms(), wire.words(lang()), wire.page(`/${lang()}/own`)]);
    const where = receipts.root(code, to.siteBytes || (to.siteBytes = siteOf(to)));
    const reply = age.recipientOf(where.identity);
    if (!(await keep("testimony", 0, fields, { where, to, reply }))) {
      await follow("correction", { ...fields, keep_first: "yes" }, { where, to });
    }
    showReceipt(after, where, to, list, fields);
  } catch {
    state.textContent = say("will");
    const again = button(say("again"), () => send(form, state));
    const server = button(say("server"), () => HTMLFormElement.prototype.submit.call(form), { class: "harm", id: "server-seals" });
    complain(say("cannot"), element("p", {}, again, " ", server));
  }
}

const siteOf = (to) => Uint8Array.from(to.site.match(/../g), (pair) => parseInt(pair, 16));

function become(after) {
  const main = document.importNode(after.querySelector("main"), true);
  document.documentElement.lang = after.documentElement.lang;
  document.querySelector("main").replaceWith(main);
  scrollTo(0, 0);
  return main;
}

function showReceipt(after, where, to, list, fields) {
  const main = become(after);
  where.spoken = receipts.words(code, list).join(" ");
  showWords(main.querySelector("#receipt"), receipts.words(code, list));
  main.querySelector("#sealer").textContent = say("sealed");
  otherLanguages(main.querySelector("#receipt ~ details"), receipts.words, code);
  for (const [name, value] of Object.entries(fields)) tick(main, name, value);
  enhanceFollow(main, where, to);
}

function tick(main, name, value) {
  const control = main.querySelector(`#consent [name="${name}"]`);
  if (!control) return;
  if (control.type === "checkbox") control.checked = value === "yes";
  else control.value = value;
}

function otherLanguages(folded, spell, of) {
  const lines = [...folded.querySelectorAll("p")];
  const fill = async () => {
    if (!folded.open) return;
    const codes = LANGUAGES.filter((one) => one !== lang());
    for (const [at, line] of lines.entries()) {
      const [name] = line.textContent.split(":");
      line.textContent = `${name}: ${spell(of, await wire.words(codes[at])).join(" ")}`;
    }
  };
  folded.addEventListener("toggle", fill);
}

// The same form in another language, with what was typed; nothing of it is sent anywhere.
async function translate(form, to) {
  let other;
  try {
    other = await wire.page(`/${to}/`);
  } catch {
    return complain(say("lookFailed"));
  }
  const typed = [...form.elements].filter((control) => control.name && control.name !== "ticket");
  const ticket = form.elements.ticket.value;
  const main = become(other);
  const fresh = main.querySelector("form#testimony");
  fresh.elements.ticket.value = ticket;
  const seen = {};
  for (const control of typed) {
    const place = (seen[control.name] = (seen[control.name] ?? -1) + 1);
    const twin = [...fresh.elements].filter((one) => one.name === control.name)[place];
    if (!twin) continue;
    twin.value = control.value;
    twin.checked = control.checked;
    if (control.checked || (control.value && control.type !== "checkbox")) twin.closest("details")?.setAttribute("open", "");
  }
  enhanceForm(fresh);
}

// --- Coming back ---------------------------------------------------------------------------------

function enhanceReturn(form) {
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
  const order = [lang(), ...LANGUAGES.filter((one) => one !== lang())];
  let read = null;
  for (const one of order) read ||= receipts.read(typed, [await wire.words(one)]);
  if (!read) read = receipts.read(typed, await Promise.all(order.map(wire.words)));
  if (!read) return complain(say("notWords"));
  const to = await wire.terms();
  const where = receipts.root(read, siteOf(to));
  const found = await everything(where);
  if (!found.some((letter) => letter.kind === "testimony")) return complain(say("nothing"));
  const main = become(await wire.page(`/${lang()}/own/letters`));
  main.querySelector("ol.letters").replaceChildren(...found.map(drawLetter));
  const withdrawn = found.find((letter) => letter.withdraw_on)?.withdraw_on;
  if (withdrawn) main.querySelector("h1").after(element("p", { class: "care" }, `${say("withdrawn")} ${withdrawn}`));
  where.spoken = typed;
  const question = found.filter((letter) => letter.kind === "question").pop();
  enhanceFollow(main, where, to, question?.slot);
}

async function everything(where) {
  const kinds = [...KINDS, "desk"];
  const found = [];
  const more = new Map(kinds.map((kind) => [kind, 0]));
  while (more.size) {
    const asked = new Map();
    for (const [kind, from] of more) {
      for (let n = from; n < from + AT_ONCE; n++) asked.set(receipts.id(where, kind, n), kind);
    }
    const { items, replies } = await wire.left([...asked.keys()]);
    const there = [...items, ...replies];
    for (const [kind, from] of more) {
      const count = there.filter((one) => asked.get(one.slot) === kind).length;
      count < AT_ONCE ? more.delete(kind) : more.set(kind, from + AT_ONCE);
    }
    found.push(...items.map((item) => ({ ...item, kind: asked.get(item.slot) })), ...replies.map((one) => opened(one, where)));
  }
  return found.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
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

function drawLetter({ kind, day, text: said, unread }) {
  const made = element("li", { class: "letter", "data-kind": kind, "data-day": day });
  made.append(element("time", { datetime: day }, day), " ", element("strong", {}, say(kind)));
  if (said) made.append(element("div", { class: "words" }, said));
  else if (unread) made.append(element("p", { class: "hint" }, say("unread")));
  return made;
}

// --- What comes after ----------------------------------------------------------------------------

function enhanceFollow(main, where, to, question) {
  askForFiles(main.querySelector("form#attach"), where.spoken);
  for (const form of main.querySelectorAll("form")) {
    const kind = FOLLOW[form.id];
    if (form.id === "withdraw") form.prepend(element("p", { class: "hint" }, say("withdraws")));
    if (!kind) continue;
    form.elements.receipt.closest("label").remove();
    if (question && form.id === "answer") form.closest("details").open = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = answers(form);
      if (kind !== "consent" && !fields.w_narrative) return complain(say("empty"));
      complain("");
      try {
        await drawn();
        await follow(kind, fields, { where, to, about: kind === "answer" ? question : undefined });
        main.querySelector("#done")?.remove();
        form.before(element("p", { id: "done", role: "status" }, say("added")));
        if (kind !== "consent") form.reset();
      } catch {
        complain(say("cannot").split(/(?<=[.。])\s*/).slice(0, 3).join(" "), element("p", {}, button(say("again"), () => form.requestSubmit())));
      }
    });
  }
}

// Files are sealed by the server, which must be given the ten words for it: only after a plain yes.
function askForFiles(form, words) {
  const asked = element("form", { method: "post", action: `/${lang()}/return`, enctype: "multipart/form-data" });
  asked.append(element("input", { type: "hidden", name: "receipt", value: words }));
  asked.append(element("p", { class: "hint" }, say("files")), element("button", {}, say("server")));
  form.replaceWith(asked);
}

const form = document.querySelector("form#testimony");
const back = document.querySelector("form#return");
if (form) enhanceForm(form);
if (back) enhanceReturn(back);
