// The end of a log in view, until its reader scrolls away.

/**
 * Keeps the end in view while `follow` is checked; a reader who scrolls up is left there, one who comes back down follows
 * again. Only what the reader does counts: the browser scrolls too, when blocks turn out larger or smaller than thought.
 */
export function followEnd(lines, follow) {
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
