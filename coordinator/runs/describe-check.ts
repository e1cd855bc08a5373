/** What the check run of a run shows. */
import { checkName } from '#shared/forge-status.ts';
import type { WriteOf } from '../store/forge-writes.ts';

export const describeCheck =
  (peopleUrl: string) =>
  async ({ context: run, payload: { title, ...state } }: WriteOf<'check'>) => ({
    name: checkName,
    detailsUrl: `${peopleUrl}/runs/${run}`,
    state,
    startedAt: null,
    completedAt: null,
    output: { title, summary: title, text: null },
    annotations: [],
    actions: [],
  });
