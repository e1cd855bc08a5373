// What every page does: keeps times true, copies, acts for who may, and holds the line to the coordinator.

const say = text => {
  document.querySelector('#said').textContent = text;
};

// How far this computer's clock is from the coordinator's, whose times the page shows.
const skew = Date.now() - Number(document.body.dataset.now ?? Date.now());

const pad = number => String(number).padStart(2, '0');

/** The same text as the server's `durationText`. */
export function duration(ms) {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

function ago(iso) {
  const minutes = Math.floor((Date.now() - skew - Date.parse(iso)) / 60000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return minutes < 30 * 24 * 60 ? `${Math.floor(minutes / (24 * 60))} d` : iso.slice(0, 10);
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Times that count on by themselves. */
export function tick() {
  for (const element of document.querySelectorAll('time')) set(element, ago(element.dateTime));
  for (const element of document.querySelectorAll('[data-since]'))
    set(element, duration(Date.now() - skew - Number(element.dataset.since)));
}
setInterval(() => document.hidden || tick(), 1000);

/**
 * Keeps a WebSocket open. `path` is asked anew at every try, so that a log goes on where it stopped; `lost` is told how
 * long the next try is away.
 */
export function connect({ path, open = () => {}, frame, lost = () => {}, isOver = () => false }) {
  const first = 500;
  let delay = first;
  function begin() {
    const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + path());
    socket.onopen = () => open();
    socket.onmessage = ({ data }) => {
      delay = first;
      frame(JSON.parse(data));
    };
    socket.onclose = () => {
      if (isOver()) return;
      // Not all pages at once, when a coordinator comes back.
      const wait = delay * (0.75 + Math.random() / 2);
      delay = Math.min(delay * 2, 15000);
      lost(wait);
      setTimeout(begin, wait);
    };
  }
  begin();
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Answers a function that fetches this page again and hands it over: one at a time, and once more for what came meanwhile. */
export function freshPage(use) {
  let isStale = false;
  let isAsking = false;
  async function ask() {
    isStale = true;
    if (isAsking || document.hidden) return;
    isAsking = true;
    while (isStale) {
      isStale = false;
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null);
      if (answer?.ok) use(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      // Whoever looks at a list of everything would otherwise ask at every step of every job.
      await pause(1000);
    }
    isAsking = false;
  }
  document.addEventListener('visibilitychange', () => document.hidden || ask());
  return ask;
}

const withoutAges = html => html.replace(/(<time [^>]*>|data-since="\d+">)[^<]*/g, '$1');

/** Puts `theirs` in the place of `mine` when it says something else, and leaves the keyboard where it was. */
export function replace(mine, theirs) {
  if (withoutAges(mine.outerHTML) === withoutAges(theirs.outerHTML)) return;
  const focused = mine.contains(document.activeElement) ? document.activeElement : null;
  mine.replaceWith(theirs);
  if (!focused) return;
  const name = ['href', 'data-post', 'data-copy'].find(each => focused.hasAttribute(each));
  const same = name && theirs.querySelector(`[${name}="${CSS.escape(focused.getAttribute(name))}"]`);
  same?.focus({ preventScroll: true });
}

/** The title and the mark in the tab. */
export function replaceHead(page) {
  document.title = page.title;
  const [mine, theirs] = [document, page].map(each => each.querySelector('link[rel=icon]'));
  if (mine.getAttribute('href') !== theirs.getAttribute('href')) mine.href = theirs.getAttribute('href');
}

async function act(button, path, method) {
  button.disabled = true;
  const answer = await fetch(path, { method }).catch(() => null);
  const said = answer?.status === 204 ? {} : await answer?.json().catch(() => ({}));
  say(answer ? (said?.detail ?? said?.message ?? '') : 'the coordinator did not answer; try again');
  button.disabled = false;
  return answer?.ok ?? false;
}

async function copy(text) {
  await navigator.clipboard.writeText(text).then(
    () => say(`copied: ${text}`),
    () => say(`this browser does not let the page copy; here it is: ${text}`),
  );
}

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-post], [data-copy], [data-sign-out]');
  if (!button) return;
  const { post, copy: text } = button.dataset;
  if (text) await copy(text);
  else if (post) await act(button, post, 'POST');
  else if (await act(button, '/api/v1/session', 'DELETE')) location.assign('/');
});
