/** Which folds of a form are open goes with it, so that the page that answers leaves them so. */

document.addEventListener("toggle", ({ target }) => {
  const fold = /** @type {HTMLDetailsElement} */ (target);
  const kept = /** @type {HTMLInputElement | null} */ (fold.querySelector("[data-fold]"));
  if (kept) kept.disabled = !fold.open;
}, true);
