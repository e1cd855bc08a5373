/** What this host notes of a machine on another computer, beside the tag that lies there: which computer it has taken. */
import * as z from 'zod';
import { machineTag } from '../machine-directory.ts';

export const leaseTag = machineTag.extend({ computer: z.string() });
export type LeaseTag = z.infer<typeof leaseTag>;

/** `failed`: its creation did not end well. */
export type Lease = { tag: LeaseTag } & (
  | { state: 'creating' | 'made' }
  | { state: 'failed'; reason: string }
);
