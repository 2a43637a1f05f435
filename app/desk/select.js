(() => {
  const text = document.getElementById("narrative"), form = document.getElementById("place");
  if (!text || !form) return;
  const shown = document.getElementById("chosen"), length = (s) => [...s].length;
  const quoted = form.querySelector(".without-script"), { start, end, quote, paragraph } = form.elements;
  const show = (words) => {
    shown.textContent = words;
    form.classList.add("has-words");
  };
  document.documentElement.classList.add("script");
  quoted.open = Boolean(quote.value || paragraph.value);
  if (start.value && end.value) show([...text.textContent].slice(start.value, end.value).join(""));
  form.elements.stage.addEventListener("change", ({ target }) => {
    const track = target.selectedOptions[0].dataset.track || "";
    for (const one of form.elements.track) one.checked = one.value === track;
  });
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const first = length(before.toString()), words = range.toString();
    start.value = first;
    end.value = first + length(words);
    quote.value = paragraph.value = "";
    show(words);
  });
})();
