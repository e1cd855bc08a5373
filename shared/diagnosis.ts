/** What `paddock doctor` finds out about a computer; `paddock doctor --json` prints exactly this. */
import * as z from 'zod';

export const finding = z.object({
  /** What was looked at: `node`, `git`, `port 7070`. */
  about: z.string(),
  /** `bad`: a coordinator cannot run like this. `warning`: it can, and something will go wrong one day. */
  state: z.enum(['good', 'warning', 'bad']),
  /** One sentence. */
  text: z.string(),
  /** What to do about it, when there is something. */
  remedy: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

export const diagnosis = z.object({
  /** Whether nothing is `bad`. */
  isFit: z.boolean(),
  findings: z.array(finding),
});
export type Diagnosis = z.infer<typeof diagnosis>;
