// What a witness can do afterwards: add, correct, answer, change consents, send a file, withdraw.

import { enhanceFiles } from "./files.js";
import { Asked } from "./asking.js";
import { answers, button, complain, drawn, element } from "./forms.js";
import * as keeping from "./keeping.js";
import { say } from "./sentences.js";
import * as wire from "./wire.js";

const KINDS = { add: "addition", correct: "correction", answer: "answer", consent: "consent" };

export function enhanceFollow(main, where, question) {
  enhanceFiles(main.querySelector("form#attach"), where);
  main.querySelector("form#withdraw").prepend(element("p", { class: "hint" }, say("withdraws")));
  for (const form of main.querySelectorAll("form")) {
    const kind = KINDS[form.id];
    if (!kind) continue;
    const words = form.elements.receipt.closest("label");
    words.nextElementSibling.remove(); // its line break
    words.remove();
    if (question && form.id === "answer") form.closest("details").open = true;
    const about = kind === "answer" ? question : undefined;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, kind, about, where);
    });
  }
}

async function send(form, kind, about, where) {
  const fields = answers(form);
  if (kind !== "consent" && !fields.w_narrative) return complain(say("empty"));
  const press = form.querySelector("button");
  complain("");
  document.getElementById("done")?.remove();
  press.disabled = true;
  try {
    await drawn();
    await keeping.follow(kind, { fields, about }, where, form);
    form.before(element("p", { id: "done", role: "status" }, say("added")));
    if (kind !== "consent") form.reset();
  } catch (error) {
    if (error instanceof Asked) return;
    if (error instanceof wire.Gone) return complain(say("gone"));
    const again = button(say("again"), () => send(form, kind, about, where));
    complain(say("notKept"), element("p", {}, again));
  } finally {
    press.disabled = false;
  }
}

// Show a consent as it was given.
export function tick(main, name, value) {
  const control = main.querySelector(`#consent [name="${name}"]`);
  if (!control) return;
  if (control.type === "checkbox") control.checked = value === "yes";
  else control.value = value;
}
