(() => {
  const text = document.getElementById("narrative"), form = document.getElementById("place");
  if (!text || !form) return;
  const shown = document.getElementById("chosen"), length = (s) => [...s].length;
  const typed = form.querySelector(".without-script");
  document.documentElement.classList.add("script");
  typed.open = [...typed.querySelectorAll("input, textarea")].some((one) => one.value);
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const start = length(before.toString()), words = range.toString();
    form.elements.start.value = start;
    form.elements.end.value = start + length(words);
    form.elements.quote.value = "";
    form.elements.paragraph.value = "";
    shown.textContent = words;
    form.classList.add("has-words");
  });
})();
