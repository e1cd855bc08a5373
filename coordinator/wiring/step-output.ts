/** The end of what a step printed, from its log. */

import { limits } from '#shared/limits.ts';
import { BlobError } from '../blobs/errors.ts';
import { LogError } from '../logs/errors.ts';
import type { Logs } from '../logs/logs.ts';
import type { ReadStepOutput } from '../runs/failure-logs.ts';

type Report = { warn(fields: object, message: string): void };

const newline = 0x0a;

/** A log that cannot be read takes nothing from the check but its lines. */
export const readStepOutput =
  (logs: Pick<Logs, 'facts' | 'read' | 'places'>, report: Report): ReadStepOutput =>
  async (attempt, step) => {
    try {
      const { marks, bytes } = await logs.facts(attempt);
      const begun = marks.find(mark => mark.type === 'step-started' && mark.step === step);
      const ended = marks.find(mark => mark.type === 'step-ended' && mark.step === step);
      if (!begun) return null;
      const to = ended?.offset ?? bytes;
      const from = Math.max(begun.offset, to - limits.errorLogBytes);
      const pieces: Uint8Array[] = [];
      for await (const piece of logs.read(attempt, { from, to })) pieces.push(piece);
      const read = Buffer.concat(pieces);
      // Of the line in which the part begins the beginning is not known.
      const start = from === begun.offset ? 0 : read.indexOf(newline) + 1;
      const [place] = await logs.places(attempt, [from + start]);
      const text = read.subarray(start).toString('utf8');
      return text.trim() === '' || !place ? null : { text, firstLine: place.line };
    } catch (error) {
      if (!(error instanceof LogError) && !(error instanceof BlobError)) throw error;
      report.warn({ attempt, step, err: error }, `${error.message} The check of its run has no lines of it.`);
      return null;
    }
  };
