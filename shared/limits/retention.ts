/** Bounds of how long things are kept, and of what removes them. */
import { hour, minute } from './units.ts';

export const retentionLimits = {
  /** Days that each kind is kept where the configuration says nothing else, and the most that it can say besides `never`. */
  retention: { logs: 90, artifacts: 30, deliveries: 30, tests: 90, history: 365 },
  retentionDays: 36_500,
  /** How often is looked for what is old. Late by this much is nobody's trouble. */
  retentionScanMs: 1 * hour,
  /** Rows that one change removes: some ten milliseconds of the one writer. */
  rowsPerRemoval: 200,
  /** Blobs that are looked at together. */
  blobsPerLook: 100,
  /** What is younger stays whatever the room: its run may go on, and somebody is reading it. */
  retentionFloorMs: 1 * hour,
  /** Room is made by going through the time that is kept in so many steps at most, each of an hour at least. */
  roomSteps: 100,
  /** How old what is shown of the room may be: summing it up reads an index. */
  storageSumMs: 5 * minute,
  /** Runs that are kept by hand: who keeps everything wants `never`. */
  keptRuns: 1_000,
} as const;
