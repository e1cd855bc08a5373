/** What of a simulation somebody should look at, the worst first. Pure. */
import type { SimulatedPool, Simulation } from '#shared/simulation.ts';
import { simulationTexts as texts } from '../simulation-texts.ts';

/** `bad`: jobs are held up or lost. `note`: it could be cheaper, or quicker. */
export type Hint = { kind: 'bad' | 'note' | 'good'; text: string };

/** A shortage that lasts for less of the time is a moment. */
const worthSaying = 0.005;
const idleWorthSaying = 0.5;
/** Waiting is for the boot when half of the jobs wait for half of one. */
const partOfBoot = 0.5;

export function hintsOf(simulation: Simulation): Hint[] {
  const { total, pools, durationMs } = simulation;
  const unfinished: Hint[] =
    total.unfinished > 0 ? [{ kind: 'bad', text: texts.unfinished(total.unfinished) }] : [];
  const lost: Hint[] = total.lost > 0 ? [{ kind: 'note', text: texts.lost(total.lost, total.errored) }] : [];
  const short = shortagesOf(pools, durationMs);
  const isShort = ({ image }: SimulatedPool) => short.some(each => each.image === image);
  const others = pools.flatMap(pool => (isShort(pool) ? [] : [bootHint(pool), idleHint(pool)]));
  const good: Hint[] = unfinished.length + short.length === 0 ? [{ kind: 'good', text: texts.nothing }] : [];
  return [
    ...unfinished,
    ...short.map(({ text }): Hint => ({ kind: 'bad', text })),
    ...lost,
    ...others.filter(hint => hint !== null),
    ...good,
  ];
}

/** Of each pool what held it back the longest. */
const shortagesOf = (pools: readonly SimulatedPool[], durationMs: number) =>
  pools
    .flatMap(({ image, shortages: [worst] }) => (worst ? [{ image, ...worst }] : []))
    .filter(({ ms }) => ms / durationMs >= worthSaying)
    .sort((a, b) => b.ms - a.ms)
    .map(({ image, ms, missing, text }) => ({
      image,
      text: texts.short(image, ms / durationMs, missing, text),
    }));

const bootHint = ({ image, waitMs, bootMs }: SimulatedPool): Hint | null =>
  waitMs && waitMs.p50 >= bootMs * partOfBoot
    ? { kind: 'note', text: texts.boots(image, waitMs.p50, bootMs) }
    : null;

const idleHint = ({ image, utilisation, warm }: SimulatedPool): Hint | null =>
  warm > 0 && utilisation !== null && 1 - utilisation >= idleWorthSaying
    ? { kind: 'note', text: texts.idle(image, 1 - utilisation, warm) }
    : null;
