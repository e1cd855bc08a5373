/** The part of the address behind `#`: some lines, as people count them (from 1), or a step. */
import type { Lines } from './line-store.ts';

export type Target = { type: 'lines'; lines: Lines } | { type: 'step'; step: number } | null;

/** Past any log. */
const maxDigits = 10;

export function parseAddress(hash: string): Target {
  const [, step] = /^#step-(\d{1,4})$/.exec(hash) ?? [];
  if (step !== undefined) return { type: 'step', step: Number(step) };
  const pattern = new RegExp(`^#L(\\d{1,${maxDigits}})(?:-L?(\\d{1,${maxDigits}}))?$`);
  const [, from, to = from] = pattern.exec(hash) ?? [];
  const [first, last] = [Number(from), Number(to)].sort((a, b) => a - b);
  if (from === undefined || !first || !last) return null;
  return { type: 'lines', lines: { from: first - 1, to: last } };
}

export const addressOf = ({ from, to }: Lines): string =>
  to - from > 1 ? `#L${from + 1}-L${to}` : `#L${from + 1}`;

/** From where a selection began to where it is extended, in either direction. */
export const extend = (anchor: number, line: number): Lines => ({
  from: Math.min(anchor, line),
  to: Math.max(anchor, line) + 1,
});
