/** Each process is killed ten times, at moments of an attempt that nobody chose; the seed is printed and can be given again. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JobView } from '#shared/api.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { killPart, type Part } from '#test/support/fleet/parts.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { randomFrom } from '#test/support/random.ts';

const kills = 10;
const seed = Number(process.env.PADDOCK_SEED ?? Date.now() % 1_000_000);

const lines = Array.from({ length: 20 }, (_, index) => index + 1);
const text = `${lines.join('\n')}\nover\n`;
const slowly = `for i in ${lines.join(' ')}; do echo $i; sleep 0.05; done`;

async function surviveOne(fleet: Fleet, part: Part, number: number, afterMs: number): Promise<string> {
  const { head } = await openPull(fleet, suite(slowly, `echo over # ${number}`), {
    branch: `topic-${number}`,
  });
  await pause(afterMs); // the moment is what the test is about
  await killPart(fleet, part);
  const job = await settled(fleet, head, 'default', 90_000);
  expect(job.standing, `${part} killed after ${afterMs} ms`).toBe('passed');
  const last = job.history.at(-1);
  expect((await fleet.api.bytes(last?.logUrl ?? '')).toString()).toBe(text);
  return `${part} killed after ${afterMs} ms: ${job.standing}, ${describe(job)}`;
}

const describe = ({ history }: JobView): string =>
  history
    .map(({ number, end, log }) => `attempt ${number} ${end?.reason} with a ${log?.state} log`)
    .join(', ');

const parts: [Part, number][] = [
  ['coordinator', 1],
  ['host', 2],
  ['guest', 3],
  ['nats-server', 4],
];

test.each(parts)(`the %s is killed at ten moments of seed ${seed} + %i`, (part, more) =>
  withFleet({}, async fleet => {
    const random = randomFrom(seed + more);
    for (let number = 1; number <= kills; number++)
      console.log(await surviveOne(fleet, part, number, Math.round(random() * 1_800)));
  }),
);
