// One log as lines, in blocks: a block that is off the screen costs no layout, and the oldest go when there are too many.
import { cutLine, remembered, shownLine } from './log-text.js';

const perBlock = 200;
const most = 120000;

const element = (className, text = '') => {
  const made = document.createElement('div');
  made.className = className;
  made.textContent = text;
  return made;
};

/** `root` scrolls. Lines are numbered as the log counts them: by line ends, so that a number is a place. */
export function createLogView(root) {
  let number = 1;
  let rest = '';
  let shown = 0;
  let block = null;
  let open = null;
  let wanted = null;
  const earlier = element('note earlier');

  function blockFor() {
    if (block && block.childElementCount < perBlock) return block;
    block = element('block');
    block.dataset.first = number;
    root.append(block);
    return block;
  }

  function begin(text) {
    const line = element('line', text);
    const home = blockFor();
    // A block's counters are its own: whoever lays out one block does not have to know the others.
    if (!home.firstChild) line.style.counterSet = `line ${number}`;
    home.append(line);
    shown += 1;
    return line;
  }

  function finish(end) {
    const text = cutLine(shownLine(rest + end));
    if (open) open.textContent = text;
    else begin(text);
    number += 1;
    rest = '';
    open = null;
  }

  function write(text) {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      finish(text.slice(from, end));
      from = end + 1;
    }
    if (from < text.length) {
      rest = remembered(rest + text.slice(from));
      open ??= begin('');
      open.textContent = shownLine(rest);
    }
    // What it will take when it is laid out, if no line wraps: 20 px each.
    if (block) block.style.containIntrinsicBlockSize = `auto ${20 * block.childElementCount}px`;
    trim();
    if (wanted) show(wanted);
  }

  function trim() {
    while (shown > most) {
      const oldest = root.querySelector('.block');
      shown -= oldest.childElementCount;
      oldest.remove();
      sayEarlier(Number(root.querySelector('.block').dataset.first) - 1);
    }
  }

  function sayEarlier(lines) {
    earlier.textContent = `${lines.toLocaleString('en')} earlier lines are in the raw log`;
    root.prepend(earlier);
  }

  /** Between two lines. A line that was not ended stays as it is. */
  function put(made) {
    rest = '';
    open = null;
    block = null;
    root.append(made);
  }

  function skip(lines) {
    const isFirst = shown === 0;
    if (!isFirst)
      put(
        element('note', `${lines.toLocaleString('en')} lines were skipped to keep up; the raw log has them`),
      );
    number += lines;
    rest = '';
    open = null;
    block = null;
    if (isFirst) sayEarlier(number - 1);
  }

  function clear() {
    root.replaceChildren();
    [number, rest, shown, block, open] = [1, '', 0, null, null];
  }

  /** The line's element, null while it is not here. */
  function find(wantedNumber) {
    const blocks = [...root.querySelectorAll('.block')];
    const home = blocks.findLast(each => Number(each.dataset.first) <= wantedNumber);
    return home?.children[wantedNumber - Number(home.dataset.first)] ?? null;
  }

  /** Marks a line and brings it into view, as soon as it is there. */
  function show(lineNumber) {
    const line = find(lineNumber);
    wanted = line ? null : lineNumber;
    root.querySelector('.line.at')?.classList.remove('at');
    line?.classList.add('at');
    line?.scrollIntoView({ block: 'center' });
  }

  function step(index, name) {
    const made = element('step');
    made.id = `step-${index}`;
    made.append(element('name', name), element('state', 'running'));
    put(made);
    return made;
  }

  /** The number of a line's element. */
  const numberOf = line =>
    Number(line.parentElement.dataset.first) + [...line.parentElement.children].indexOf(line);

  return { write, skip, clear, step, show, numberOf };
}
