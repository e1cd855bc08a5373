/** Sentences about images that the terminal and the pages have in common. All functions are pure. */
import type { CheckName, ImageBackfill, ImageView, VersionStatus } from './image-api.ts';

const dayMs = 86_400_000;
/** An end of life is worth a word this long before. */
const soonDays = 90;

export const imageWords = {
  checks: {
    boots: 'starts and reports in',
    agent: 'agent and architecture',
    clock: 'clock',
    source: 'source of a commit',
    'live-log': 'live log',
    'long-log': '100,000 lines',
    'left-behind': 'processes left behind',
    artifact: 'artifact',
    'exit-code': 'exit code',
    'time-limit': 'time limit',
    'goes-away': 'goes away',
  } satisfies Record<CheckName, string>,
  statuses: {
    probation: 'on probation',
    ready: 'ready',
    refused: 'refused',
  } satisfies Record<VersionStatus, string>,
  endOfLife: (name: string, eol: string, days: number) =>
    days < 0
      ? `${name} has had no support from its makers since ${eol}`
      : `${name} has no support from its makers after ${eol}, in ${days} days`,
  console: 'What its machine printed last',
  versions: 'Versions',
  current: 'current',
  disabled: 'disabled',
  configured: 'the configuration',
  registered: 'registered',
  serves: (repositories: readonly string[], suites: 'all' | readonly string[]) =>
    `${repositories.join(', ')}${suites === 'all' ? '' : `: ${suites.join(', ')}`}`,
  backfill: ({ filled, jobs, passedOver, pending }: ImageBackfill) =>
    [
      `${filled} got ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`,
      ...(passedOver > 0 ? [`${passedOver} passed over`] : []),
      ...(pending > 0 ? [`${pending} to come`] : []),
    ].join(', '),
  version: (number: number | null) => (number === null ? 'none is ready' : `version ${number}`),
  trying: (number: number) => `version ${number} on probation`,
} as const;

/** Null while there is nothing to say about it. */
export function supportText({ name, eol }: Pick<ImageView, 'name' | 'eol'>, now: number): string | null {
  if (eol === null) return null;
  const days = Math.floor((Date.parse(eol) - now) / dayMs);
  return days < soonDays ? imageWords.endOfLife(name, eol, days) : null;
}

/** Of what machines are made, what is tried, and whether anything is. */
export function versionText({ origin, current, isDisabled, probation }: ImageView): string {
  if (origin === 'configuration') return imageWords.configured;
  const tried = probation === null || probation === current ? [] : [imageWords.trying(probation)];
  return [imageWords.version(current), ...tried, ...(isDisabled ? [imageWords.disabled] : [])].join(', ');
}
