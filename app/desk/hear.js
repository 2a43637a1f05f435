(() => {
  const player = document.getElementById("player");
  if (!player) return;
  document.addEventListener("click", (e) => {
    const link = e.target.closest?.('a[href^="?t="]');
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    player.currentTime = Number.parseFloat(link.getAttribute("href").slice(3));
    player.play().catch(() => player.scrollIntoView());
  });
})();
