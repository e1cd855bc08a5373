/** Named facts under a heading: `  system  linux x86_64`. Pure. */
import type { HoldBack } from '#shared/fleet-api.ts';
import { countsInOrder } from '#shared/fleet-words.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { table } from './table.ts';
import type { Colors } from './terminal.ts';

export type Fact = readonly [name: string, text: string];

export const factLines = (facts: readonly Fact[], colors: Colors, width: number): string[] =>
  table(
    facts.map(([name, text]) => ['', { text: name, paint: colors.dim }, text]),
    [{}, {}, { gives: true }],
    width,
  );

/** What is held against a host or an image, and where to look. */
export const heldFacts = (name: string, held: HoldBack | null, now: number): Fact[] =>
  held === null
    ? []
    : [
        [name, texts.quarantined(held.text, Math.ceil((held.until - now) / 1_000))],
        [texts.facts.see, texts.hints.machine(held.machine)],
      ];

/** `2 busy, 1 ready`, in the order of a machine's life. */
export const machineCountsText = (counts: Readonly<Record<string, number>>): string =>
  countsInOrder(counts)
    .map(({ status, count }) => `${count} ${status}`)
    .join(', ');
