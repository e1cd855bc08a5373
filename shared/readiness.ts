/** Whether a coordinator does its work. Anybody may ask, so it tells of nothing but its parts. */
import * as z from 'zod';

/** What each part says when it is not ready. */
export const readinessParts = {
  store: 'the database does not answer, or cannot be written',
  migrations: 'the database has another schema than this version of Paddock',
  bus: 'NATS is not connected',
  brain: 'another coordinator decides, or nobody does',
} as const;

export type ReadinessPart = keyof typeof readinessParts;
export const readinessPartNames = Object.keys(readinessParts) as [ReadinessPart, ...ReadinessPart[]];

export const readyPart = z.object({
  part: z.enum(readinessPartNames),
  isReady: z.boolean(),
  /** What is wrong, in words that are the same for everybody; null when nothing is. */
  trouble: z.string().nullable(),
});

/** Every part, always in the same order. */
export const readyParts = z.array(readyPart);
export type ReadyParts = z.infer<typeof readyParts>;

/** `GET /readyz` when it is; else a problem document with the same `parts`. */
export const readiness = z.object({ status: z.literal('ready'), parts: readyParts });

export const partsOf = (isReady: Readonly<Record<ReadinessPart, boolean>>): ReadyParts =>
  readinessPartNames.map(part => ({
    ...{ part, isReady: isReady[part] },
    trouble: isReady[part] ? null : readinessParts[part],
  }));

export const troublesOf = (parts: ReadyParts): string[] => parts.flatMap(({ trouble }) => trouble ?? []);

export const isReady = (parts: ReadyParts): boolean => parts.every(each => each.isReady);
