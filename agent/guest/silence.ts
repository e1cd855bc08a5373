export type SilenceWatch = {
  /** When the newest answered renewal had been sent (monotonic, ms). */
  answeredAt(): number;
  limitMs: number;
  onSilence(): void;
};

/**
 * Calls `onSilence` once, as soon as no renewal that was sent within the last `limitMs` has been answered. Counted from
 * sending: what the coordinator knows is at least as old as that. Returns the function that ends the watch.
 */
export function watchSilence({ answeredAt, limitMs, onSilence }: SilenceWatch): () => void {
  let timer: NodeJS.Timeout;
  const look = () => {
    const leftMs = answeredAt() + limitMs - performance.now();
    if (leftMs <= 0) onSilence();
    else timer = setTimeout(look, Math.ceil(leftMs));
  };
  look();
  return () => clearTimeout(timer);
}
