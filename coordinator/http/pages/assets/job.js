// The page of one job. Bytes of its log arrive by offset, so a connection that breaks goes on where it stopped.
import { followEnd } from './log-follow.js';
import { addKeys } from './log-keys.js';
import { createLogReader } from './log-reader.js';
import { bytesText } from './log-text.js';
import { createLogView } from './log-view.js';
import { connect, duration, freshPage, replace, replaceHead, tick } from './page.js';

const { job, live, newest, over, end: fromEnd } = document.body.dataset;
const lastLines = 100000;
const shapes = { running: '●', passed: '✓', failed: '✕' };
let attempt = document.body.dataset.attempt;

/** How a step stands, in the list of steps. Of an attempt that is over the page knows that: also what was cut short. */
function setStep(index, standing, time = '') {
  const item = document.querySelector(`[data-step="${index}"]`);
  if (!item || over) return;
  const shape = item.querySelector('.shape');
  const word = Object.assign(document.createElement('span'), { className: 'sr', textContent: standing });
  shape.className = `shape ${standing}`;
  shape.title = standing;
  shape.replaceChildren(shapes[standing], word);
  item.querySelector('.num').textContent = time;
}

/** The steps as headers between the lines of the log. */
function createSteps(view) {
  const started = new Map();
  let exit = '';

  function start({ step, at }) {
    const name = document.querySelector(`[data-step="${step}"] .name`)?.textContent ?? '';
    started.set(step, { at, header: view.step(step, name) });
    setStep(step, 'running');
  }

  function finish({ step, at, exitCode, signal }) {
    const begun = started.get(step);
    const time = begun ? duration(at - begun.at) : '';
    const standing = exitCode === 0 ? 'passed' : 'failed';
    exit = `${exitCode === null ? `ended by ${signal ?? 'a signal'}` : `exit ${exitCode}`} after ${time}`;
    if (begun) say(begun.header, standing, exit);
    setStep(step, standing, time);
  }

  function say(header, standing, text) {
    header.classList.add(standing);
    header.querySelector('.state').textContent = text;
  }

  return {
    place: mark => (mark.type === 'step-started' ? start(mark) : finish(mark)),
    /** What has not ended will not; answers how the last one that did ended. */
    close() {
      for (const { header } of started.values())
        if (!header.matches('.passed, .failed')) say(header, 'cancelled', 'cut short');
      return exit;
    },
  };
}

function sealText(seal) {
  const size = bytesText(seal.bytes);
  return seal.state === 'complete'
    ? `verified ✓ ${size}, ${seal.lines.toLocaleString('en')} lines · sha256 ${seal.sha256.slice(0, 12)}`
    : `partial, ${size}: ${seal.reason}`;
}

function showLog() {
  const [lines, follow, connection] = ['#lines', '#follow', '#connection'].map(id =>
    document.querySelector(id),
  );
  const view = createLogView(lines);
  const steps = createSteps(view);
  const stick = followEnd(lines, follow);
  let isOver = false;
  const reader = createLogReader(view, {
    place: steps.place,
    end(seal) {
      isOver = true;
      const facts = [steps.close(), sealText(seal)];
      document.querySelector('#end').textContent = facts.filter(Boolean).join(' · ');
    },
  });
  follow.checked = !over || Boolean(fromEnd);
  showHash(view);
  addEventListener('hashchange', () => showHash(view));
  lines.addEventListener('click', event => linkLine(view, event));
  addKeys(lines, follow, stick);
  const place = () => (reader.offset() === 0 ? `last=${lastLines}` : `from=${reader.offset()}`);
  connect({
    path: () => `/api/v1/attempts/${attempt}/log?${place()}`,
    open() {
      connection.textContent = '';
    },
    frame(frame) {
      reader.take(frame);
      stick();
    },
    lost(ms) {
      connection.textContent = `the connection is lost; trying again in ${Math.ceil(ms / 1000)} s`;
    },
    isOver: () => isOver,
  });
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
    showLog();
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

if (attempt) showLog();
if (newest || !attempt)
  connect({
    path: () => '/api/v1/live',
    open: refresh,
    frame: frame => frame.run === live && (!frame.job || frame.job === job) && refresh(),
  });
