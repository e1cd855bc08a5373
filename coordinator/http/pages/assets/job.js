// The page of one job. Bytes of its log arrive by offset, so a connection that breaks goes on where it stopped.
import { bytesText, fromBase64 } from './log-text.js';
import { createLogView } from './log-view.js';
import { connect, duration, freshPage, replace, replaceHead, tick } from './page.js';

const { job, live, newest, over, end: fromEnd } = document.body.dataset;
const lastLines = 100000;
const shapes = { running: '●', passed: '✓', failed: '✕' };
let attempt = document.body.dataset.attempt;

function setStep(index, standing, time = '') {
  const item = document.querySelector(`[data-step="${index}"]`);
  // Of an attempt that is over, the page knows how its steps stand: also those that it cut short.
  if (!item || over) return;
  const shape = item.querySelector('.shape');
  shape.className = `shape ${standing}`;
  shape.title = standing;
  shape.replaceChildren(
    shapes[standing],
    Object.assign(document.createElement('span'), { className: 'sr', textContent: standing }),
  );
  item.querySelector('.num').textContent = time;
}

const nameOf = index => document.querySelector(`[data-step="${index}"] .name`)?.textContent ?? '';

function followLog() {
  const lines = document.querySelector('#lines');
  const follow = document.querySelector('#follow');
  const connection = document.querySelector('#connection');
  const view = createLogView(lines);
  const started = new Map();
  const seen = new Set();
  let decoder = new TextDecoder();
  let pending = [];
  let offset = 0;
  let isOver = false;
  let exit = '';

  const stick = followEnd(lines, follow);

  function place(mark) {
    if (mark.type === 'step-started') {
      started.set(mark.step, { mark, header: view.step(mark.step, nameOf(mark.step)) });
      setStep(mark.step, 'running');
      return;
    }
    const { mark: begun, header } = started.get(mark.step) ?? {};
    const time = begun ? duration(mark.at - begun.at) : '';
    const code = mark.exitCode === null ? `ended by ${mark.signal ?? 'a signal'}` : `exit ${mark.exitCode}`;
    exit = `${code} after ${time}`;
    if (header) {
      header.querySelector('.state').textContent = exit;
      header.classList.add(mark.exitCode === 0 ? 'passed' : 'failed');
    }
    setStep(mark.step, mark.exitCode === 0 ? 'passed' : 'failed', time);
  }

  const placeUpTo = end => {
    while (pending.length > 0 && pending[0].offset <= end) place(pending.shift());
  };

  function write(bytes) {
    view.write(decoder.decode(bytes, { stream: true }));
    offset += bytes.length;
  }

  function begin(at) {
    view.clear();
    decoder = new TextDecoder();
    pending = [];
    seen.clear();
    offset = at;
  }

  const handlers = {
    bytes(frame) {
      // The agent sends its log anew from there: what was shown beyond is void.
      if (frame.offset < offset) begin(frame.offset);
      let bytes = fromBase64(frame.bytes);
      while (pending.length > 0 && pending[0].offset < offset + bytes.length) {
        const before = Math.max(0, pending[0].offset - offset);
        write(bytes.subarray(0, before));
        bytes = bytes.subarray(before);
        placeUpTo(offset);
      }
      write(bytes);
      placeUpTo(offset);
    },
    skipped(frame) {
      view.skip(frame.lines);
      decoder = new TextDecoder();
      offset = frame.to;
      placeUpTo(offset);
    },
    marks(frame) {
      for (const mark of frame.marks) if (!seen.has(mark.seq)) pending.push(mark);
      for (const mark of frame.marks) seen.add(mark.seq);
      pending.sort((a, b) => a.offset - b.offset || a.seq - b.seq);
      placeUpTo(offset);
    },
    end({ seal }) {
      view.write(decoder.decode());
      placeUpTo(Number.POSITIVE_INFINITY);
      for (const { header } of started.values())
        if (!header.matches('.passed, .failed')) {
          header.classList.add('cancelled');
          header.querySelector('.state').textContent = 'cut short';
        }
      isOver = true;
      const size = bytesText(seal.bytes);
      const state =
        seal.state === 'complete'
          ? `verified ✓ ${size}, ${seal.lines.toLocaleString('en')} lines · sha256 ${seal.sha256.slice(0, 12)}`
          : `partial, ${size}: ${seal.reason}`;
      document.querySelector('#end').textContent = [exit, state].filter(Boolean).join(' · ');
    },
  };

  follow.checked = !over || Boolean(fromEnd);
  showHash(view);
  addEventListener('hashchange', () => showHash(view));
  lines.addEventListener('click', event => linkLine(view, event));
  addKeys(lines, follow, stick);
  connect({
    path: () => `/api/v1/attempts/${attempt}/log?${offset === 0 ? `last=${lastLines}` : `from=${offset}`}`,
    open: () => {
      connection.textContent = '';
    },
    frame: frame => {
      handlers[frame.type](frame);
      stick();
    },
    lost: ms => {
      connection.textContent = `the connection is lost; trying again in ${Math.ceil(ms / 1000)} s`;
    },
    isOver: () => isOver,
  });
}

/**
 * Keeps the end in view while `follow` is checked; a reader who scrolls up is left there, one who comes back down follows
 * again. Only what the reader does counts: the browser scrolls too, when blocks turn out larger or smaller than thought.
 */
function followEnd(lines, follow) {
  let isDue = false;
  let touched = Number.NEGATIVE_INFINITY;
  const leave = () => {
    touched = performance.now();
    follow.checked = false;
  };
  const isAtEnd = () => lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 40;
  const passive = { passive: true };
  lines.addEventListener('wheel', ({ deltaY }) => deltaY !== 0 && leave(), passive);
  lines.addEventListener('touchmove', leave, passive);
  lines.addEventListener('pointerdown', ({ target }) => target === lines && leave());
  lines.addEventListener('keydown', ({ key }) => /^(Arrow|Page|Home|End| )/.test(key) && leave());
  lines.addEventListener('scroll', () => {
    if (performance.now() - touched < 1000 && isAtEnd()) follow.checked = true;
  });
  follow.addEventListener('change', stick);

  // Once per frame, however many lines came.
  function stick() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      if (follow.checked) lines.scrollTop = lines.scrollHeight;
    });
  }
  return stick;
}

function showHash(view) {
  const [, number] = /^#L(\d+)$/.exec(location.hash) ?? [];
  if (!number) return;
  document.querySelector('#follow').checked = false;
  view.show(Number(number));
}

/** The gutter is a link to its line. */
function linkLine(view, { target, offsetX }) {
  if (!target.classList.contains('line')) return;
  if (offsetX > Number.parseFloat(getComputedStyle(target).paddingLeft)) return;
  history.replaceState(null, '', `#L${view.numberOf(target)}`);
  showHash(view);
}

function addKeys(lines, follow, stick) {
  const wrap = document.querySelector('#wrap');
  const dialog = document.querySelector('#all-keys');
  const toggle = box => {
    box.checked = !box.checked;
    box.dispatchEvent(new Event('change'));
  };
  const jump = top => {
    follow.checked = false;
    lines.scrollTop = top;
  };
  const steps = () => [...lines.querySelectorAll('.step')];
  // A header that sticks is not where it stands; what follows it is.
  const topOf = step => (step.nextElementSibling?.offsetTop ?? lines.scrollHeight) - step.offsetHeight;
  const jumpBy = way => {
    const here = lines.scrollTop;
    const tops = steps().map(topOf);
    jump(way > 0 ? (tops.find(top => top > here + 4) ?? here) : (tops.findLast(top => top < here - 4) ?? 0));
  };
  const keys = {
    f: () => toggle(follow),
    w: () => toggle(wrap),
    g: () => jump(0),
    G: () => {
      follow.checked = true;
      stick();
    },
    '[': () => jumpBy(-1),
    ']': () => jumpBy(1),
    e: () => {
      const failed = lines.querySelector('.step.failed');
      if (failed) jump(topOf(failed));
    },
    '?': () => dialog.showModal(),
  };
  wrap.addEventListener('change', () => {
    lines.classList.toggle('long', !wrap.checked);
    stick();
  });
  document.querySelector('#keys').addEventListener('click', () => dialog.showModal());
  document.querySelector('.steps').addEventListener('click', event => {
    const step = lines.querySelector(event.target.closest('a')?.hash || '#none');
    if (!step) return;
    event.preventDefault();
    jump(topOf(step));
  });
  addEventListener('keydown', event => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || dialog.open || target.matches('input:not([type=checkbox]), textarea'))
      return;
    keys[key]?.();
  });
}

function announceAttempt() {
  if (document.querySelector('.news')) return;
  const link = Object.assign(document.createElement('a'), {
    className: 'news',
    href: `/jobs/${job}`,
    textContent: 'another attempt has begun · show',
  });
  document.querySelector('.job').before(link);
}

const refresh = freshPage(page => {
  const theirs = page.body.dataset.attempt;
  if (theirs !== attempt && !attempt) {
    // The job has been waiting for this: its log begins.
    attempt = theirs;
    document.querySelector('main').replaceWith(page.querySelector('main'));
    followLog();
  } else if (theirs !== attempt) announceAttempt();
  else
    for (const part of document.querySelectorAll('[data-part]')) {
      // Steps that run are told by the log itself, sooner than by the page.
      const isTold = part.dataset.part === 'steps' && attempt && !page.body.dataset.over;
      if (!isTold) replace(part, page.querySelector(`[data-part=${part.dataset.part}]`));
    }
  replaceHead(page);
  tick();
});

if (attempt) followLog();
if (newest || !attempt)
  connect({
    path: () => '/api/v1/live',
    open: refresh,
    frame: frame => frame.run === live && (!frame.job || frame.job === job) && refresh(),
  });
