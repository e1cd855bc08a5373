// The live log of one job. Bytes arrive by offset, so a connection that breaks goes on where it stopped.
const { job, attempt, live } = document.body.dataset;
const log = document.querySelector('#log');
const follow = document.querySelector('#follow');
const end = document.querySelector('#end-of-log');
const decoder = new TextDecoder('utf-8', { fatal: false });
// Colours come with the log viewer; here control sequences are left out so that the text can be read.
const controls = /\p{Cc}\[[0-?]*[ -/]*[@-~]|\p{Cc}\][^\p{Cc}]*(?:\p{Cc}\\?)|(?![\n\t])\p{Cc}/gu;
const shown = 4000000;
let offset = 0;
let isOver = false;
const steps = [];

const stick = act => {
  act();
  if (follow.checked && !isOver) scrollTo({ top: document.documentElement.scrollHeight });
};

function append(bytes) {
  const text = decoder.decode(bytes, { stream: true }).replace(/\r\n?/g, '\n').replace(controls, '');
  log.append(text);
  let excess = log.textContent.length - shown;
  while (excess > 0 && log.firstChild) {
    excess -= log.firstChild.textContent.length;
    log.firstChild.remove();
  }
}

function note(text, id) {
  const mark = document.createElement('span');
  mark.className = 'mark';
  mark.textContent = text;
  if (id) mark.id = id;
  log.append(mark);
}

function showMark(mark) {
  if (steps.includes(`${mark.type}${mark.seq}`)) return;
  steps.push(`${mark.type}${mark.seq}`);
  const item = document.querySelector(`[data-step="${mark.step}"]`);
  const name = item?.textContent.replace(/^[●✓✕] /, '') ?? '';
  if (mark.type === 'step-started') note(`step ${mark.step + 1} · ${name}`, `step-${mark.step}`);
  if (!item) return;
  const shape = mark.type === 'step-started' ? '●' : mark.exitCode === 0 ? '✓' : '✕';
  item.className = shape === '✓' ? 'passed' : shape === '✕' ? 'failed' : 'running';
  item.firstElementChild.textContent = `${shape} ${name}`;
}

function sealText(seal) {
  if (seal.state === 'complete')
    return `end of the log · verified ✓ ${seal.bytes} bytes, ${seal.lines} lines, sha256 ${seal.sha256.slice(0, 12)}`;
  return `the log ends here: partial, ${seal.bytes} bytes (${seal.reason})`;
}

const handlers = {
  bytes: frame => {
    const bytes = Uint8Array.from(atob(frame.bytes), character => character.charCodeAt(0));
    append(bytes);
    offset = frame.offset + bytes.length;
  },
  skipped: frame => {
    note(`skipped ${frame.to - frame.from} bytes to keep up; the raw log has them`);
    offset = frame.to;
  },
  marks: frame => frame.marks.forEach(showMark),
  end: frame => {
    isOver = true;
    end.textContent = sealText(frame.seal);
  },
};

function followLog(delay) {
  const socket = new WebSocket(
    `${location.origin.replace(/^http/, 'ws')}/api/v1/attempts/${attempt}/log?from=${offset}`,
  );
  socket.onopen = () => {
    delay = 500;
  };
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    stick(() => handlers[frame.type](frame));
  };
  socket.onclose = () => isOver || setTimeout(() => followLog(Math.min(delay * 2, 15000)), delay);
}

async function refresh() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (page.body.dataset.attempt !== attempt) return location.reload();
  document.title = page.title;
  for (const part of ['#standing', '#text', 'aside'])
    document.querySelector(part).replaceWith(page.querySelector(part));
}

function followJob(delay) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);
  socket.onopen = () => {
    delay = 500;
    refresh();
  };
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.run === live && (!frame.job || frame.job === job)) refresh();
  };
  socket.onclose = () => setTimeout(() => followJob(Math.min(delay * 2, 15000)), delay);
}

if (attempt) followLog(500);
followJob(500);
