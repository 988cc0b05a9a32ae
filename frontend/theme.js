// Before the first paint: the theme the reader chose, so that the page does not flash in another.
try {
  const theme = localStorage.getItem('undercurrent.theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
