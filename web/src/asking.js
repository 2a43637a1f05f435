// What is asked before sealing, on a day when machines flood the intake.

import { complain, element } from "./forms.js";
import * as wire from "./wire.js";

// The question stands in the form now; nothing left until it is answered there.
export class Asked extends Error {}

// To whom is sealed now, with leave to deposit: for the answer in this form, if a question stands in it.
export async function terms(form) {
  const { ticket, q_words: box } = form.elements;
  const answer = box && new URLSearchParams([["ticket", ticket.value], ["q_words", box.value]]);
  const to = await wire.terms(answer);
  box?.closest("label").remove(); // an answer is good once
  if (!to.question) return to;
  ticket?.remove();
  const asked = element("textarea", { name: "q_words", rows: "1", autocapitalize: "none" });
  complain("");
  form.querySelector("button").before(
    element("input", { type: "hidden", name: "ticket", value: to.ticket }),
    to.said && element("p", { id: "error", role: "alert" }, to.said), // where one looks now
    element("label", {}, to.question, asked),
  );
  asked.focus();
  throw new Asked();
}
