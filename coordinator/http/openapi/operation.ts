/** What a route is to whoever reads of it: what its schemas and its guard do not say by themselves. */
import type * as z from 'zod';
import type { CodedStatus } from '#shared/refusals.ts';

export const tags = {
  Runs: 'A commit that is tested: its jobs, its attempts, what they kept.',
  Jobs: 'One suite on one image.',
  Logs: 'What an attempt printed: whole, in parts, by lines, or searched. Live logs come by WebSocket.',
  Tests: 'What reports of suites say of single tests.',
  Artifacts: 'Files that attempts handed over.',
  Caches: 'What jobs keep for the next ones.',
  Merging: 'Pull requests that are to be merged, and the merge queue.',
  Sessions: 'Who asks: signing in and out, browsers that are signed in.',
  People: 'Roles, and tokens of people and programs.',
  Secrets: 'Values that steps are given. They go in and never come out.',
  Audit: 'Who did what, and which credentials are in force.',
  Hosts: 'Computers that have machines.',
  Pools: 'How many machines of an image there are.',
  Machines: 'One VM or static computer.',
  Images: 'Operating systems, their versions and files.',
  System: 'How the coordinator stands.',
} as const;

export type Tag = keyof typeof tags;

/** A body or an answer that is not JSON. */
export type Bytes = {
  type: string;
  /** What it is, as the description of the answer. */
  text: string;
  /** A part can be asked for, and whether it has changed (`Range`, `If-None-Match`). */
  isRanged?: boolean;
};

export type Operation = {
  /** Stays for as long as `/api/v1` does: clients that are generated call it so. */
  id: string;
  tag: Tag;
  summary: string;
  /** More than fits in a line; Markdown. */
  text?: string;
  /** Of parameters for which the common words do not do. */
  parameters?: Readonly<Record<string, string>>;
  /** What it may be refused with besides what follows from its door and from what it takes. */
  refused?: readonly CodedStatus[];
  /** The same on the command line. */
  cli?: string;
  /** A body of the request that the route does not know as a schema. */
  takes?: Bytes;
  body?: z.ZodType;
  /** What is answered, where that is no schema of the route. */
  gives?: Bytes | { status: 204; text: string };
  /** One body that works, for whoever tries it. */
  example?: object;
};

/** By method and address of the route, as Fastify has them. */
export type Operations = Readonly<Record<string, Operation>>;
