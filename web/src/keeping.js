// Items of a witness into their slots: sealed here, sent as often as it takes, never doubled.

import * as age from "./age.js";
import { terms } from "./asking.js";
import { hex } from "./bytes.js";
import * as documents from "./document.js";
import { lang } from "./forms.js";
import * as receipts from "./receipt.js";
import * as wire from "./wire.js";

export const AT_ONCE = 8;

// Seal one item and keep it in slot n; false if something else lies there.
export async function keep(kind, n, content, { where, to, reply, withdrawOn }) {
  const { told, envelope } = item(kind, n, content, { where, to, reply, withdrawOn });
  const { file, progress } = content;
  return file ? wire.depositFile(to.leave, told, envelope, file.payload, progress) : wire.deposit(to.leave, told, envelope);
}

function item(kind, n, content, { where, to, reply, withdrawOn }) {
  const held = documents.make({ kind, n, way: "browser", lang: lang(), ...content, to, where, recipient: reply });
  const told = { slot: held.id, same: tag(where, kind, content), epoch: to.epoch, withdraw_on: withdrawOn };
  return { told, envelope: age.seal(documents.bytes(held), age.recipient(to.recipient)) };
}

// What the same content is known by when it is sent again.
function tag(where, kind, { fields, about, file }) {
  if (file) return hex(where.same(kind, { name: file.name, type: file.type, sha256: file.sha256, size: String(file.size) }));
  return hex(where.same(kind, about ? { ...fields, about } : fields));
}

// Fill the next free slot of a kind, unless the same lies there already; of consents the last counts.
export async function follow(kind, content, where, form, to) {
  for (;; to = null) {
    to ||= await terms(form);
    const there = await filled(where, kind);
    const withdrawOn = there.map((one) => one.withdraw_on).find(Boolean);
    if (withdrawOn && withdrawOn <= to.day) throw new wire.Gone("withdrawn");
    const tags = there.map((one) => one.same).filter(Boolean);
    if ((kind === "consent" ? tags.slice(-1) : tags).includes(tag(where, kind, content))) return;
    if (await keep(kind, there.length, content, { where, to, withdrawOn })) return;
  }
}

// The items in the slots of a kind, which are filled without gaps.
async function filled(where, kind) {
  const found = [];
  for (;;) {
    const slots = Array.from({ length: AT_ONCE }, (_, n) => receipts.id(where, kind, found.length + n));
    const { items } = await wire.left(slots);
    for (const slot of slots) {
      const one = items.find((each) => each.slot === slot);
      if (!one) return found;
      found.push(one);
    }
  }
}

// Whether the server says that nothing lies in the first slot: then nothing was stored.
export async function absent(where, kind) {
  try {
    return (await wire.left([receipts.id(where, kind, 0)])).items.length === 0;
  } catch {
    return false;
  }
}

// What was agreed to last, which the tag of its content tells: who has the words tries each of few.
export function agreed(where, items, names) {
  const tags = items.map((one) => one.same).filter(Boolean);
  for (let number = 0; tags.length && number < 1 << names.length; number++) {
    const ticked = names.filter((_, at) => (number >> at) & 1);
    const fields = Object.fromEntries(ticked.map((name) => [name, "yes"]));
    if (tag(where, "consent", { fields }) === tags[tags.length - 1]) return ticked;
  }
  return null;
}
