/**
 * What an administrator says of a host: its labels, and what it has a counted number of. An image may require both. It is
 * the administrator's word and never the host's own: one that is in strange hands cannot call work to itself by a label.
 */
import * as z from 'zod';
import { slug } from './ids.ts';
import { limits } from './limits.ts';

const labelValue = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
    'expected letters, digits, ".", "_" or "-" (at most 64)',
  );
const count = z.number().int().min(1).max(limits.hostResource);

const fewest = (most: number) => (named: object) => Object.keys(named).length <= most;

export const labels = z
  .record(slug, labelValue)
  .refine(fewest(limits.hostLabels), `at most ${limits.hostLabels} labels`);
export type Labels = Readonly<z.output<typeof labels>>;

export const resources = z
  .record(slug, count)
  .refine(fewest(limits.hostResources), `at most ${limits.hostResources} resources`);
export type Resources = Readonly<z.output<typeof resources>>;

/** Of a host what it has; of an image what each of its machines needs. */
export type HostTraits = { labels: Labels; resources: Resources };
export const hostTraits = z.object({ labels, resources });

export const noTraits: HostTraits = { labels: {}, resources: {} };

/** What is left out stays as it is; null takes it away. */
export const hostTraitsChange = z.strictObject({
  labels: z
    .record(slug, labelValue.nullable())
    .refine(fewest(limits.hostLabels), `at most ${limits.hostLabels} labels`)
    .default({}),
  resources: z
    .record(slug, count.nullable())
    .refine(fewest(limits.hostResources), `at most ${limits.hostResources} resources`)
    .default({}),
});
export type HostTraitsChange = z.output<typeof hostTraitsChange>;

export const changedTraits = (traits: HostTraits, change: HostTraitsChange): HostTraits => ({
  labels: changed(traits.labels, change.labels),
  resources: changed(traits.resources, change.resources),
});

/** In the order of their names, so that the same traits are the same text. */
function changed<Value>(before: Readonly<Record<string, Value>>, change: Record<string, Value | null>) {
  const after = Object.entries<Value | null>({ ...before, ...change }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return Object.fromEntries(after.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `site=berlin`, as it is written on the command line. */
export const labelText = ([name, value]: readonly [string, string]): string => `${name}=${value}`;
