/** What a step really prints is what the check of its run reads. */
import { expect, test } from 'vitest';
import { readLog } from '#coordinator/runs/failure-logs.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

test('a path below the checkout of its attempt is one of the repository, wherever the agent has put that', () =>
  withFleet({}, async fleet => {
    const steps = [
      'mkdir -p src && cd src && printf "%s/a.c:3:1: error: absolute\\n" "$PWD"',
      'printf "%s/../b.c:1:1: error: outside\\n" "$PWD"; printf "src/c.c:2:1: error: relative\\n"; exit 1',
    ];
    const { head } = await openPull(fleet, suite(...steps));
    const job = await settled(fleet, head);
    const { id: attempt } = job.history.at(-1) ?? {};
    if (!attempt) throw new Error('there is no attempt');
    const output = { text: await logOf(fleet, job), firstLine: 0 };
    const { errors, parts } = readLog(output, { attempt, directory: '.', hasHung: false });
    expect(errors.map(({ path, message }) => [path, message])).toEqual([
      ['src/a.c', 'absolute'],
      ['src/c.c', 'relative'],
    ]);
    expect(parts[0]?.text).toMatch(/^src\/a\.c:3:1: error: absolute$/m);
  }));
