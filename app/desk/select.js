(() => {
  const form = document.getElementById("place"), texts = [...document.querySelectorAll("pre[data-item]")];
  if (!texts.length || !form) return;
  const shown = document.getElementById("chosen"), length = (s) => [...s].length;
  const quoted = form.querySelector(".without-script"), { start, end, quote, paragraph, edition } = form.elements;
  const item = form.elements.namedItem("item"); // "item" alone is a method of the collection
  const show = (words) => {
    shown.textContent = words;
    form.classList.add("has-words");
  };
  const meant = ({ dataset }) => dataset.item === item.value && (dataset.edition || "") === edition.value;
  document.documentElement.classList.add("script");
  quoted.open = Boolean(quote.value || paragraph.value);
  if (start.value && end.value) show([...(texts.find(meant)?.textContent || "")].slice(start.value, end.value).join(""));
  form.elements.stage.addEventListener("change", ({ target }) => {
    const track = target.selectedOptions[0].dataset.track || "";
    for (const one of form.elements.track) one.checked = one.value === track;
  });
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const text = texts.find((one) => one.contains(range.startContainer) && one.contains(range.endContainer));
    if (!text) return;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const first = length(before.toString()), words = range.toString();
    start.value = first;
    end.value = first + length(words);
    item.value = text.dataset.item;
    edition.value = text.dataset.edition || "";
    quote.value = paragraph.value = "";
    show(words);
  });
})();
