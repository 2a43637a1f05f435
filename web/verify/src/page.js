// The page itself: chooses files, opens with age, says one sentence a step. Nothing is kept.

import { Decrypter, armor } from "age-encryption";
import { Failed, check } from "./check.js";
import { PURPOSES, SENTENCES } from "./sentences.js";

const at = (id) => document.getElementById(id);
const bytes = async (file) => new Uint8Array(await file.arrayBuffer());
const AGE = "age-encryption.org/v1\n";
const starts = (data, word) => new TextDecoder().decode(data.subarray(0, word.length)) === word;
let language = ["ko", "zh"].find((one) => navigator.language.startsWith(one)) || "en";

const value = (name, told) =>
  name === "purpose" ? told.split(",").map((one) => PURPOSES[language][one] || one).join("; ") : String(told);
const say = (id, values = {}) =>
  SENTENCES[language][id].replace(/\{(\w+)\}/g, (_, name) => value(name, values[name]));

function dress() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  at("language").value = language;
}

function line(id, values, kind) {
  const item = document.createElement("li");
  item.className = kind;
  item.dataset.id = id;
  item.textContent = say(id, values);
  at("steps").append(item);
}

async function identities(data, passphrase) {
  let told = data;
  if (starts(data, "-----BEGIN AGE")) told = armor.decode(new TextDecoder().decode(data));
  if (starts(told, AGE)) {
    const opener = new Decrypter();
    opener.addPassphrase(passphrase);
    told = await opener.decrypt(told);
  }
  const found = new TextDecoder().decode(told).match(/^AGE-SECRET-KEY-\S+/gm);
  if (!found) throw new Error("no identity");
  return found;
}

async function open(data) {
  if (!starts(data, AGE)) return data;
  const file = at("identity").files[0];
  if (!file) throw new Failed("no-identity");
  let found;
  try {
    found = await identities(await bytes(file), at("passphrase").value);
  } catch {
    throw new Failed("wrong-passphrase");
  }
  try {
    const opener = new Decrypter();
    for (const one of found) opener.addIdentity(one);
    const plain = await opener.decrypt(data);
    line("opened", {}, "holds");
    return plain;
  } catch {
    throw new Failed("wrong-identity");
  }
}

async function run() {
  at("steps").replaceChildren();
  at("save").hidden = true;
  at("verdict").className = "";
  at("verdict").textContent = say("working");
  await new Promise((done) => setTimeout(done, 20));
  try {
    const file = at("bundle").files[0];
    if (!file) throw new Failed("no-bundle");
    const zipped = await open(await bytes(file));
    for (const [id, values] of check(zipped, at("key").value)) line(id, values, id === "stamp" || id === "nobody-vouches" ? "open" : "holds");
    at("verdict").className = "holds";
    at("verdict").textContent = say("holds");
    at("save").href = URL.createObjectURL(new Blob([zipped], { type: "application/zip" }));
    at("save").download = file.name.replace(/\.age$/, "");
    at("save").hidden = false;
  } catch (error) {
    const failed = error instanceof Failed ? error : new Failed("not-a-bundle");
    at("verdict").className = "fails";
    at("verdict").textContent = say("fails");
    line(failed.id, failed.values, "fails");
  }
  line("nobody", {}, "open");
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("language").addEventListener("change", (event) => {
  language = event.target.value;
  dress();
});
dress();
