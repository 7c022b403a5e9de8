// Before the first paint, so that an evening tablet never flashes white, and a locked one never what it hides.
try {
  const { theme, read, locked } = localStorage;
  if (theme) document.documentElement.dataset.theme = theme;
  if (read) document.documentElement.dataset.read = read;
  document.documentElement.toggleAttribute("data-locked", Boolean(locked));
} catch { /* storage is closed: the system's choice stands */ }
