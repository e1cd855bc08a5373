// Keeps a list current: asks for the page again when the coordinator says that something on it has changed.
const scope = document.body.dataset.live;
let isAsking = false;
let isStale = false;

async function refresh() {
  isStale = true;
  if (isAsking || document.hidden) return;
  isAsking = true;
  while (isStale) {
    isStale = false;
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      document.querySelector('main').replaceWith(page.querySelector('main'));
    }
  }
  isAsking = false;
}

function connect(delay) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);
  socket.onopen = () => {
    delay = 500;
    refresh();
  };
  socket.onmessage = ({ data }) => {
    const { run } = JSON.parse(data);
    if (scope === 'all' || scope === run) refresh();
  };
  socket.onclose = () => setTimeout(() => connect(Math.min(delay * 2, 15000)), delay);
}

document.addEventListener('visibilitychange', () => document.hidden || refresh());
connect(500);
