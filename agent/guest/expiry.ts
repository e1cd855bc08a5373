/** Timers hold at most 2^31 - 1 ms; a computer that stays may expire later than that. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls `onExpiry` at a time of the wall clock (ms since the epoch), or at once when it has passed. Returns its end. */
export function atTime(time: number, onExpiry: () => void): () => void {
  let timer: NodeJS.Timeout;
  const look = () => {
    const leftMs = time - Date.now();
    if (leftMs <= 0) onExpiry();
    else timer = setTimeout(look, Math.min(leftMs, longestTimerMs));
  };
  look();
  return () => clearTimeout(timer);
}
