// Reading a form as the server would, and small changes to a page without any HTML from strings.

const CODES = { en: "en", ko: "ko", "zh-Hans": "zh" };
const OURS = new Set(["ticket", "token", "receipt", "about", "q_words"]);

export const lang = () => CODES[document.documentElement.lang] || "en";

// What a browser puts for half a character when it sends a form.
const whole = (text) => text.replace(/[\ud800-\udfff]/gu, "\ufffd");

// The answers: arrays where a question takes several, strings else; what is blank is absent.
export function answers(form) {
  const found = {};
  const several = {};
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || OURS.has(name) || type === "submit" || type === "button" || type === "fieldset") continue;
    several[name] = (several[name] || 0) + 1;
    if (type === "checkbox" && !control.checked) continue;
    const value = whole(control.value).replace(/\r\n?/g, "\n");
    if (value.trim()) (found[name] ||= []).push(value);
  }
  for (const name of Object.keys(found)) if (several[name] === 1) found[name] = found[name][0];
  return found;
}

export function element(tag, attributes, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

// One sentence in id="error" at the top of the page, as the server would put it; "" takes it away.
export function complain(sentence, ...more) {
  document.getElementById("error")?.remove();
  if (!sentence) return;
  const box = element("div", { id: "error", role: "alert", tabindex: "-1" }, sentence, ...more);
  document.querySelector("main header").after(box);
  box.scrollIntoView();
}

// Take over the middle of another page of ours.
export function become(after) {
  const main = document.importNode(after.querySelector("main"), true);
  document.documentElement.lang = after.documentElement.lang;
  document.querySelector("main").replaceWith(main);
  scrollTo(0, 0);
  return main;
}

export function button(label, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

// The other languages, each folded in its own line, are shown when somebody asks for them.
export function showWords(list, ten) {
  list.replaceChildren(...ten.map((word) => element("li", {}, word + " ")));
}

// Sealing keeps the page busy for a moment: let what was just said be drawn first.
export const drawn = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
