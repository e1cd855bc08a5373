/**
 * For how long of its age a machine waited for files of its image, which is no time to boot. The end of a fetch shows first,
 * and the machine some seconds later: so what was is remembered. In memory: after a restart a machine has its whole
 * deadline from then on, or less.
 */
import type { MachineId } from '#shared/ids.ts';

/** A machine that is requested, and whether its host fetches files for it now. */
export type MachineFetch = { id: MachineId; ageMs: number; isFetching: boolean };

/** Each look names every machine that is requested; answers for each that has waited so, in milliseconds. */
export type FetchTimes = (machines: readonly MachineFetch[]) => ReadonlyMap<MachineId, number>;

export function createFetchTimes(): FetchTimes {
  let known = new Map<MachineId, number>();
  return machines => {
    known = new Map(
      machines.flatMap(({ id, ageMs, isFetching }) => {
        const fetchingMs = isFetching ? ageMs : known.get(id);
        return fetchingMs === undefined ? [] : [[id, fetchingMs]];
      }),
    );
    return known;
  };
}
