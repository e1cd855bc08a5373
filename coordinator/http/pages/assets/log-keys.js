// Keys of the log: `?` shows them all.

export function addKeys(lines, follow, stick) {
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
