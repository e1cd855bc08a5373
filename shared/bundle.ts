/** A support bundle that was written: where, and what is in it. `paddock doctor --bundle --json` prints exactly this. */
import * as z from 'zod';

export const bundle = z.object({
  file: z.string(),
  bytes: z.number().int(),
  entries: z.array(z.object({ name: z.string(), bytes: z.number().int() })),
});
export type Bundle = z.infer<typeof bundle>;
