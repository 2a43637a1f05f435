// The witness's own page where script runs: it seals, and it keeps the ten words to itself.

import * as age from "./age.js";
import { Asked, terms } from "./asking.js";
import { unhex } from "./bytes.js";
import { enhanceFollow, tick } from "./following.js";
import { answers, become, button, complain, drawn, element, lang, showWords } from "./forms.js";
import * as keeping from "./keeping.js";
import { enhanceReturn } from "./letters.js";
import * as receipts from "./receipt.js";
import { say } from "./sentences.js";
import * as wire from "./wire.js";

const LANGUAGES = ["ko", "zh", "en"];

let code = null; // the receipt of this page, drawn once: sent again, it is the same testimony

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
  busy(form, true);
  await drawn();
  let where = null;
  try {
    code ||= receipts.draw();
    const [to, list, after] = await Promise.all([terms(form), wire.words(lang()), wire.page(`/${lang()}/own`)]);
    where = receipts.root(code, unhex(to.site));
    const reply = age.recipientOf(where.identity);
    if (!(await keeping.keep("testimony", 0, { fields }, { where, to, reply }))) {
      await keeping.follow("correction", { fields: { ...fields, keep_first: "yes" } }, where, form);
    }
    showReceipt(after, where, list, fields);
  } catch (error) {
    state.textContent = say("will");
    await trouble(form, state, where, error);
  } finally {
    busy(form, false);
  }
}

function busy(form, now) {
  form.querySelector("button.main").disabled = now;
}

// The server is offered to seal it only where nothing of it was stored: else it would lie there twice.
async function trouble(form, state, where, error) {
  if (error instanceof Asked) return;
  if (error instanceof wire.Gone) return complain(say("gone"));
  const again = button(say("again"), () => send(form, state));
  if (error instanceof wire.Lost && !(await keeping.absent(where, "testimony"))) {
    return complain(say("unsure"), element("p", {}, again));
  }
  const server = button(say("server"), () => HTMLFormElement.prototype.submit.call(form), { class: "harm", id: "server-seals" });
  complain(say("cannot"), element("p", {}, again, " ", server));
}

function showReceipt(after, where, list, fields) {
  const main = become(after);
  where.spoken = receipts.words(code, list).join(" ");
  showWords(main.querySelector("#receipt"), receipts.words(code, list));
  main.querySelector("#sealer").textContent = say("sealed");
  otherLanguages(main.querySelector("#receipt ~ details"), receipts.words, code);
  for (const [name, value] of Object.entries(fields)) tick(main, name, value);
  enhanceFollow(main, where);
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

// The same form in another language, with what was typed: none of that is sent, the ticket alone.
async function translate(form, to) {
  let other;
  try {
    other = await wire.page(`/${to}/form`, new URLSearchParams([["ticket", form.elements.ticket.value]]));
  } catch {
    return complain(say("lookFailed"));
  }
  const typed = [...form.elements].filter((control) => control.name && control.name !== "ticket");
  const main = become(other);
  const fresh = main.querySelector("form#testimony");
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

const form = document.querySelector("form#testimony");
const back = document.querySelector("form#return");
if (form) enhanceForm(form);
if (back) enhanceReturn(back);
