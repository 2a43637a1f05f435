// All that this page asks of the server: ciphertext and slots by number leave, and nothing typed.

import { hex, unbase64 } from "./bytes.js";
import { lang } from "./forms.js";

const TAKEN = 409;
const GONE = 410;

// The server said no, so nothing was stored; `Lost`: no answer came, so nobody knows.
export class Refused extends Error {}
export class Gone extends Refused {}
export class Lost extends Error {}

async function json(path, body) {
  const options = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
  const answer = await fetch(`/${lang()}/${path}`, body ? { ...options, method: "POST", body } : options);
  refuse(answer.status);
  return answer.status === TAKEN ? { stored: false } : answer.json();
}

function refuse(status) {
  if (status === GONE) throw new Gone("withdrawn");
  if (status !== 200 && status !== TAKEN) throw new Refused("refused");
}

// To whom is sealed now, and where this is: {epoch, recipient, site, day, most, leave}; instead of
// leave {ticket, question, said} while a question is asked. `answer`: the same for an answer to it.
export const terms = (answer) => json("deposit", answer);

// Keep an envelope in its slot; false if something else lies there.
export async function deposit(leave, told, envelope) {
  try {
    return (await json("deposit/" + leave, form(told, envelope))).stored;
  } catch (error) {
    throw error instanceof Refused ? error : new Lost("no answer");
  }
}

function form(told, envelope) {
  const body = new FormData();
  for (const [name, value] of Object.entries(told)) if (value) body.append(name, value);
  body.append("envelope", new Blob([envelope]), "envelope");
  return body;
}

// The same with a file's sealed payload beside it; `progress(done, all)` in bytes.
export function depositFile(leave, told, envelope, payload, progress) {
  const body = form(told, envelope);
  body.append("payload", payload, "payload");
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/${lang()}/deposit/${leave}/file`);
    request.upload.onprogress = (event) => progress(event.loaded, event.total);
    request.onload = () => {
      try {
        refuse(request.status);
        done(request.status !== TAKEN);
      } catch (error) {
        failed(error);
      }
    };
    request.onerror = () => failed(new Lost("no answer"));
    request.send(body);
  });
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

// The script that seals files beside the page, held to its digest likewise.
export async function sealer() {
  const answer = await fetch("/sealer.js", { integrity: SEALER, credentials: "omit" });
  if (!answer.ok) throw new Error("no sealer");
  return new Blob([await answer.arrayBuffer()], { type: "text/javascript" });
}

// A page of ours, parsed by the browser without running anything of it; `body` is posted for it.
export function page(path, body) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(body ? "POST" : "GET", path);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? done(request.response) : failed(new Error("no page")));
    request.onerror = () => failed(new Error("no page"));
    request.send(body);
  });
}
