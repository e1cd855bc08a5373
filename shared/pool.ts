import * as z from 'zod';
import { duration } from './duration.ts';
import { slug } from './ids.ts';
import { limits } from './limits.ts';

/** An image's machines on some hosts, with limits. One pool per image for now. */
export const pool = z.strictObject({
  image: slug.describe('one of `images`'),
  hosts: z
    .array(slug)
    .min(1)
    .optional()
    .describe('names of hosts; default: every connected host that has the driver of the image'),
  warm: z.number().int().min(0).max(1_000).default(0).describe('machines kept ready before anybody asks'),
  max: z.number().int().min(1).max(10_000).default(2).describe('machines at once'),
  idle: duration
    .prefault(`${limits.machineIdleMs / 60_000}m`)
    .describe('a ready machine above `warm` is given back after this long without a job'),
});
export type Pool = z.output<typeof pool>;
