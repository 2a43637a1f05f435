// All that this page asks of the server: ciphertext and slots by number leave, and nothing typed.

import { hex, unbase64 } from "./bytes.js";
import { lang } from "./forms.js";

const TAKEN = 409;

async function json(path, body) {
  const options = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
  const answer = await fetch(`/${lang()}/${path}`, body ? { ...options, method: "POST", body } : options);
  if (answer.status === TAKEN) return { stored: false };
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

// To whom is sealed now, and where this is: {epoch, recipient, site}.
export const terms = () => json("deposit");

// Keep an envelope in its slot; false if something else lies there.
export async function deposit(slot, same, epoch, envelope) {
  const body = new FormData();
  body.append("slot", hex(slot));
  body.append("same", hex(same));
  body.append("epoch", epoch);
  body.append("envelope", new Blob([envelope]), "envelope");
  return (await json("deposit", body)).stored;
}

// What lies in these slots (hex): {items, replies}.
export async function left(slots) {
  const found = await json("slots", new URLSearchParams(slots.map((slot) => ["slot", slot])));
  for (const reply of found.replies) reply.envelope = unbase64(reply.envelope);
  return found;
}

// A list of words, held to the digest this script was built with.
const lists = new Map();
export async function words(code) {
  if (!lists.has(code)) {
    const answer = await fetch(`/words.${code}.txt`, { integrity: WORDS[code], credentials: "omit" });
    if (!answer.ok) throw new Error("no words");
    lists.set(code, (await answer.text()).trim().split(" "));
  }
  return lists.get(code);
}

// A page of ours, parsed by the browser without running anything of it.
export function page(path) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("GET", path);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? done(request.response) : failed(new Error("no page")));
    request.onerror = () => failed(new Error("no page"));
    request.send();
  });
}
