// Before the first paint: the theme the reader chose, so that the page does not flash in another.
try {
  const theme = localStorage.getItem('undercurrent.theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
// The first rows, asked for while the program is still on its way. The address has to be to the
// letter the one that the link asks for first, or the answer is not used.
if (location.pathname === '/' && !new URLSearchParams(location.search).has('t')) {
  const server = document.querySelector('meta[name="undercurrent-server"]').content.replace(/\/+$/, '');
  const first = document.createElement('link');
  first.rel = 'preload';
  first.as = 'fetch';
  first.crossOrigin = 'anonymous';
  first.href = `${server}/api/v1/poll?c=darkpool/top&wait=0&heartbeat=1`;
  document.head.append(first);
}
