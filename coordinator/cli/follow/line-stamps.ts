/** When each line of a log came, as it is written before the line. */
import type { AttemptId } from '#shared/ids.ts';
import { logView } from '#shared/log-api.ts';
import { momentOf, unpackMoments } from '#shared/log-moments.ts';
import type { Client } from '../client.ts';
import type { Stamp } from '../output/log-writer.ts';

const stampOf = (at: number): string => `${new Date(at).toISOString()} `;

/** As wide as a time, of lines from before anybody noted one. */
const unknown = ' '.repeat(stampOf(0).length);

/** What is stored has the coordinator's times; what comes later, the time at which it comes. */
export async function lineStamps(client: Client, attempt: AttemptId, now: () => number): Promise<Stamp> {
  const view = await client.get(`/api/v1/attempts/${attempt}/log`, logView);
  const moments = unpackMoments(view.moments);
  return offset => {
    if (offset >= view.bytes) return stampOf(now());
    const moment = momentOf(moments, offset);
    return moment ? stampOf(moment.at) : unknown;
  };
}
