/** What the registry is made from, and what comes of it. */
import type { RefusalCode, RefusalDoor } from '#shared/refusals.ts';

export type RefusalCount = { code: RefusalCode; door: RefusalDoor; count: number };

/** Asked at each reading. */
export type Sources = { version: string; refusals(): RefusalCount[] };

export type MetricsText = { contentType: string; text: string };
