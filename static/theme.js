// Before anything is painted: who has not chosen light or dark gets what the system has.
if (document.documentElement.dataset.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches) {
  document.documentElement.dataset.bsTheme = "dark";
}
