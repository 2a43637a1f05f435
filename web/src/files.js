// A file of the witness: sealed in a worker, then sent; the page says how far it is.

import { payloadKey } from "./age.js";
import { Asked, terms } from "./asking.js";
import { base64url, random } from "./bytes.js";
import { button, complain, element, lang } from "./forms.js";
import * as keeping from "./keeping.js";
import { say } from "./sentences.js";
import * as wire from "./wire.js";

const LONGEST = 255;

// The one address a worker is made of: the bytes whose digest this script was built with.
let address = null;
const policy = globalThis.trustedTypes?.createPolicy("naru", {
  createScriptURL: (url) => {
    if (url !== address) throw new Error("not our worker");
    return url;
  },
});

async function worker() {
  address ||= URL.createObjectURL(await wire.sealer());
  return new Worker(policy ? policy.createScriptURL(address) : address);
}

// A file's name without folders and invisible signs, as the server would keep it.
export function nameOf(file) {
  const signs = [...file.name.replace(/^.*[\\/]/s, "").replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "")];
  return signs.slice(0, LONGEST).join("");
}

async function sealed(file, progress) {
  const beside = await worker();
  const fileKey = random(16);
  const nonce = random(16);
  try {
    const made = await new Promise((done, failed) => {
      beside.onmessage = ({ data }) => {
        if (data.sealed) done(data.sealed);
        else if (data.failed) failed(new Error("not sealed"));
        else progress(data.done, file.size);
      };
      beside.onerror = () => failed(new Error("no worker"));
      beside.postMessage({ file, nonce, key: payloadKey(fileKey, nonce) });
    });
    const type = (file.type || "application/octet-stream").slice(0, LONGEST);
    return { ...made, name: nameOf(file), type, key: base64url(fileKey) };
  } finally {
    beside.terminate();
  }
}

export function enhanceFiles(form, where) {
  const said = form.querySelector("p.hint");
  said.after(element("p", { class: "hint" }, say("fileWill")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [file] = form.elements.attachment.files;
    if (file) await send(form, file, where);
  });
}

async function send(form, file, where) {
  const shown = bar();
  const press = form.querySelector("button");
  complain("");
  press.disabled = true;
  form.parentNode.querySelector("#done")?.remove();
  form.after(shown.box);
  try {
    const to = await terms(form);
    if (file.size > to.most) return complain(`${say("fileLarge")} ${sizeOf(to.most)}.`);
    if (!file.size) return complain(say("fileEmpty"));
    const made = await sealed(file, shown.step("fileSealing"));
    await keeping.follow("attachment", { fields: {}, file: made, progress: shown.step("fileSending") }, where, form, to);
    form.after(element("p", { id: "done", role: "status" }, `${say("fileKept")} ${made.name}, ${sizeOf(file.size)}`));
    form.reset();
  } catch (error) {
    trouble(form, file, where, error);
  } finally {
    shown.box.remove();
    press.disabled = false;
  }
}

// The server may seal it instead, and must be given the ten words for that: only after a plain yes.
function trouble(form, file, where, error) {
  if (error instanceof Asked) return;
  if (error instanceof wire.Gone) return complain(say("gone"));
  const again = button(say("again"), () => send(form, file, where));
  const post = { method: "post", action: `/${lang()}/return`, enctype: "multipart/form-data", id: "server-files" };
  const yes = element("form", post, element("input", { type: "hidden", name: "receipt", value: where.spoken }));
  yes.append(element("button", { class: "harm" }, say("server")));
  complain(say("fileCannot"), element("p", {}, again), yes);
}

function bar() {
  const drawn = element("progress", { max: "1", value: "0", "aria-hidden": "true" });
  const told = element("span", {});
  const box = element("p", { class: "hint", id: "progress", role: "status" }, told, " ", drawn);
  const step = (name) => {
    told.textContent = say(name);
    return (done, all) => {
      told.textContent = `${say(name)} ${sizeOf(done)} / ${sizeOf(all)}`;
      drawn.value = all ? done / all : 0;
    };
  };
  return { box, step };
}

// A number of bytes as people say it: 813 B, 24 kB, 3.1 MB, 2.0 GB.
export function sizeOf(count) {
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  while (count >= 1000 && at < 3) [count, at] = [count / 1000, at + 1];
  return `${count.toFixed(at < 2 ? 0 : 1)} ${units[at]}`;
}
