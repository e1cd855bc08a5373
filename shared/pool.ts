import { z } from 'zod';
import { duration } from './duration.ts';
import { slug } from './ids.ts';
import { limits } from './limits.ts';

/** An image's machines on some hosts, with limits. One pool per image for now. */
export const pool = z.strictObject({
  image: slug,
  /** Names of hosts; without it every connected host that has the image's driver. */
  hosts: z.array(slug).min(1).optional(),
  /** Machines kept ready before anybody asks. */
  warm: z.number().int().min(0).max(1_000).default(0),
  max: z.number().int().min(1).max(10_000).default(2),
  /** A ready machine above `warm` is given back after this long without a job. */
  idle: duration.prefault(`${limits.machineIdleMs}ms`),
});
export type Pool = z.output<typeof pool>;
