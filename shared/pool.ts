import * as z from 'zod';
import { duration } from './duration.ts';
import { slug } from './ids.ts';
import { limits } from './limits.ts';

const warm = z.number().int().min(0).max(1_000);
const max = z.number().int().min(1).max(10_000);

/** An image's machines on some hosts, with limits. One pool per image for now. */
export const pool = z.strictObject({
  image: slug.describe('one of `images`'),
  hosts: z
    .array(slug)
    .min(1)
    .optional()
    .describe('names of hosts; default: every connected host that has the driver of the image'),
  warm: warm.default(0).describe('machines kept ready before anybody asks'),
  max: max.default(2).describe('machines at once'),
  idle: duration
    .prefault(`${limits.machineIdleMs / 60_000}m`)
    .describe('a ready machine above `warm` is given back after this long without a job'),
});
export type Pool = z.output<typeof pool>;

/** What an admin may set of a pool at run time; what is left out stays as it is. */
export const poolChange = z.strictObject({
  warm: warm.optional(),
  max: max.optional(),
  idleMs: z
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1)
    .optional(),
});
export type PoolChange = z.output<typeof poolChange>;

/** What keeps a pool from having one more machine. For hosts the one counts that comes nearest to having room. */
export const poolLimit = z.enum([
  'paused',
  'max-reached',
  'no-host',
  'not-named',
  'no-driver',
  'architecture',
  'label',
  'no-resource',
  'silent',
  'drained',
  'back-off',
  'fetching',
  'host-full',
  'resource',
  'disk',
  'memory',
  'cpus',
]);
export type PoolLimit = z.output<typeof poolLimit>;
