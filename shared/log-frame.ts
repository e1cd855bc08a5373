/**
 * Log frames: NATS requests from an agent to the log owner. The payload is raw bytes of the redacted stream; what is
 * about the bytes travels in one header as JSON (ASCII, one line). Appending is by offset, so a repeated or overlapping
 * frame is harmless; the answer says how far the owner has stored, and that is the offset to go on from.
 */
import * as z from 'zod';
import { mark } from './attempt.ts';
import { coordinatorId } from './ids.ts';
import { attemptRef } from './messages.ts';

export const logFrameHeader = 'Paddock-Frame';

const count = z.number().int().nonnegative();

/** `offset` is the place of the payload's first byte in the stream. `marks` are those not yet answered for. */
export const logFrame = attemptRef.extend({ offset: count, marks: z.array(mark) });
export type LogFrame = z.infer<typeof logFrame>;

export const logFrameAnswer = z.discriminatedUnion('answer', [
  /** Stored up to here, by this start of the owner; a lower value than before means: send again from here. */
  z.object({ answer: z.literal('stored'), bytes: count, marks: count, epoch: count }),
  z.object({ answer: z.literal('moved'), owner: coordinatorId }),
  z.object({ answer: z.literal('fenced') }),
  /** The owner cannot store now (disk full); try again after a second. */
  z.object({ answer: z.literal('later'), message: z.string() }),
]);
export type LogFrameAnswer = z.infer<typeof logFrameAnswer>;
