(() => {
  const links = [...document.querySelectorAll("a.submission")];
  const typing = (e) => e.target.closest("input:not([type=checkbox]), textarea, select") || e.ctrlKey || e.metaKey || e.altKey;
  const go = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();
  const send = (form) => form?.requestSubmit(form.querySelector("button:not([formaction])"));
  document.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) return send(e.target.closest("form[method=post]"));
    if (typing(e)) return;
    const row = e.target.closest("li"), at = row ? links.indexOf(row.querySelector("a.submission")) : -1;
    if (e.key === "j") links.length ? links[Math.min(at + 1, links.length - 1)].focus() : go("next");
    else if (e.key === "k") links.length ? links[Math.max(at - 1, 0)].focus() : go("prev");
    else if (e.key === "x" && row) row.querySelector("[name=record]")?.click();
    else if (e.key === "u") location.href = "/queue";
    else if (e.key === "v") document.getElementById("unveil")?.click();
    else if (e.key === "t" && document.getElementById("person")) {
      e.preventDefault();
      document.getElementById("person").focus();
    }
  });
})();
