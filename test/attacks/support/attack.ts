/**
 * One attack is one test. Its title is what the attacker wants, its body tries that and asserts that it fails, and answers in
 * words what the attacker got instead. `npm run attacks` makes a table of them (`table-reporter.ts`).
 */
import { type TestContext, test } from 'vitest';

/**
 * Where the attacker stands: who is known to nobody; whose code is tested; what such code becomes; a host that was let in;
 * whoever can write to the database, or end the coordinator.
 */
export type From = 'stranger' | 'pull request' | 'guest' | 'host' | 'network' | 'insider';

export type Area =
  | 'NATS'
  | 'guest'
  | 'processes'
  | 'archives'
  | 'git and addresses'
  | 'web'
  | 'audit log'
  | 'files and text'
  | 'fuzz';

/** `got` is null until the attack has been tried to its end. */
export type Attack = { area: Area; from: From; got: string | null };

declare module 'vitest' {
  interface TaskMeta {
    attack?: Attack;
    /** All that the attacker was let do, for the list below the table. */
    could?: string[];
  }
}

type Body = (context: TestContext) => Promise<string> | string;

/** @returns `attack(goal, from, body)` for one area; `body` answers what the attacker got. */
export const attacksOn =
  (area: Area) =>
  (goal: string, from: From, body: Body, timeoutMs = 30_000): void =>
    test(goal, { timeout: timeoutMs }, async context => {
      const { meta } = context.task;
      meta.attack = { area, from, got: null };
      meta.attack = { area, from, got: await body(context) };
    });
