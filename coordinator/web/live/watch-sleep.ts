const tickMs = 5_000;
/** A timer that is so late was not late: the computer slept. Timers of hidden pages fire once a minute. */
const sleptMs = 90_000;

/** Calls `wake` when the page may have missed something without noticing: after a sleep, and when the network is back. */
export function watchSleep(wake: () => void): () => void {
  let lastTick = Date.now();
  const look = () => {
    const slept = Date.now() - lastTick > sleptMs;
    lastTick = Date.now();
    if (slept) wake();
  };
  const timer = setInterval(look, tickMs);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', wake);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('online', wake);
  };
}
