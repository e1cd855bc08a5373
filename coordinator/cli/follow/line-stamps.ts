/** When each line of a log arrived at the coordinator, as it is written before the line. */
import type { AttemptId } from '#shared/ids.ts';
import { logView } from '#shared/log-api.ts';
import { type Moment, momentOf, unpackMoments } from '#shared/log-moments.ts';
import type { Client } from '../client.ts';
import type { Stamp } from '../output/log-writer.ts';

const stampOf = (at: number): string => `${new Date(at).toISOString()} `;

/** As wide as a time, of lines from before anybody noted one. */
const unknown = ' '.repeat(stampOf(0).length);

export type LineStamps = {
  /** Null: no line gets one. */
  of: Stamp | null;
  /** The bytes [from, to) come next. `at`: when they arrived; null of history, of which the coordinator is asked. */
  learn(from: number, to: number, at: number | null): Promise<void>;
};

export const noStamps: LineStamps = { of: null, learn: async () => {} };

/** Lines come in order: only the last of what came as it was printed is asked about. */
const most = 10_000;

export function createLineStamps(client: Client, attempt: AttemptId): LineStamps {
  let moments: Moment[] = [];
  /** So far the coordinator has been asked. */
  let bytes = 0;

  return {
    of(offset) {
      const moment = momentOf(moments, offset);
      return moment ? stampOf(moment.at) : unknown;
    },
    async learn(from, to, at) {
      if (at !== null) {
        moments.push({ offset: from, at });
        if (moments.length > most) moments = moments.slice(-most / 2);
      }
      if (at !== null || to <= bytes) return;
      const view = await client.get(`/api/v1/attempts/${attempt}/log`, logView);
      moments = unpackMoments(view.moments);
      bytes = view.bytes;
    },
  };
}
