/** What a change of a pool would do, in sentences that page and terminal share: the first is the answer. Pure. */
import type { Preview, Start } from './preview.ts';

export function previewSentences(preview: Preview): string[] {
  const { pool, starts, stops, later, over, others, missing, limit } = preview;
  return [
    startSentence(preview),
    ...(starts.length > 0 && missing > 0 ? [`${missing} more wanted and not to be had: ${limit.text}`] : []),
    ...(stops > 0 ? [`would stop ${machines(stops)} that ${stops === 1 ? 'is' : 'are'} idle`] : []),
    ...(later > 0
      ? [
          `${idle(later)} beyond those that are kept; what nobody asks for goes after ${timeText(pool.pool.idle)}`,
        ]
      : []),
    ...(over > 0
      ? [`${machines(over)} more than it may have: none is stopped while it has a job, and no other is made`]
      : []),
    ...others.map(otherSentence),
  ];
}

/** How many begin now, where and whether at once; or why none does. */
function startSentence({ starts, missing, limit, demand, pool }: Preview): string {
  const count = starts.reduce((sum, start) => sum + start.count, 0);
  if (count > 0) return `would start ${count} now: ${startsText(starts)}`;
  if (missing > 0) return `would start nothing now, ${missing} short: ${limit.text}`;
  const { queued, available } = demand;
  return `would start nothing now: ${queued} queued and ${pool.pool.warm} kept ready are wanted, ${available} ready or on the way`;
}

const hostsNamed = 3;

function startsText(starts: readonly Start[]): string {
  const [only] = starts;
  if (only && starts.length === 1)
    return only.hasImage
      ? `${only.host} has room, the image is there`
      : `${only.host} has room, and fetches the image first`;
  const named = starts.slice(0, hostsNamed).map(({ host, count }) => `${count} on ${host}`);
  const rest = starts.slice(hostsNamed).reduce((sum, { count }) => sum + count, 0);
  const lacking = starts.filter(({ hasImage }) => !hasImage).length;
  const fetching =
    lacking === 0
      ? ', where the image is'
      : lacking === starts.length
        ? ', which fetch the image first'
        : `, of which ${lacking} ${lacking === 1 ? 'fetches' : 'fetch'} the image first`;
  return `${[...named, ...(rest > 0 ? [`${rest} elsewhere`] : [])].join(', ')}${fetching}`;
}

function otherSentence({ image, starts, stops }: Preview['others'][number]): string {
  const parts = [
    ...(starts === 0 ? [] : [`${Math.abs(starts)} ${starts > 0 ? 'more' : 'fewer'} started`]),
    ...(stops === 0 ? [] : [`${Math.abs(stops)} ${stops > 0 ? 'more' : 'fewer'} stopped`]),
  ];
  return `${image}: ${parts.join(', ')} now`;
}

const machines = (count: number): string => `${count} ${count === 1 ? 'machine' : 'machines'}`;

const idle = (count: number): string => `${count} idle ${count === 1 ? 'machine is' : 'machines are'}`;

const timeText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);
