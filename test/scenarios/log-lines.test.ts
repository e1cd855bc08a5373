/** What a coordinator logs of a story: each line is found by the ids of what it is about, and none has a secret. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { logFields } from '#shared/log-fields.ts';
import { type Fleet, image } from '#test/support/fleet/fleet.ts';
import { killPart } from '#test/support/fleet/parts.ts';
import { jobOf, openPull, printed, push, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

type Line = Record<string, unknown> & { msg: string };

const linesOf = ({ coordinator }: Fleet): Line[] =>
  coordinator
    .log()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line));

const secretValue = 'correct-horse-battery-staple';

test(
  'lines about jobs have their ids under one name each, and no line has a secret',
  () =>
    withFleet({ secrets: { TOKEN: secretValue } }, async fleet => {
      const pull = await openPull(fleet, suite('echo passes'));
      const passed = await settled(fleet, pull.head);
      const second = await push(fleet, pull, suite('echo waits; sleep 600'));
      const running = await printed(fleet, second.head, 'waits');
      await killPart(fleet, 'guest');
      await until(
        'its first attempt is lost',
        async () => (await jobOf(fleet, second.head)).history.length > 1,
      );
      await fleet.api.cancelJob(running.id);
      await settled(fleet, second.head);
      const missing = await fetch(`${fleet.url}/api/v1/nothing`, {
        headers: { 'x-request-id': 'of-a-proxy' },
      });
      expect(missing.headers.get('x-request-id')).toBe('of-a-proxy');

      const lines = linesOf(fleet);
      for (const line of lines) {
        expect(
          Object.keys(line).filter(field => !Object.hasOwn(logFields, field)),
          line.msg,
        ).toEqual([]);
        expectIds(line);
      }
      const about = (job: string) => lines.filter(line => line.job === job).map(({ msg }) => msg);
      expect(about(passed.id)).toEqual(['a job was given a machine', 'a job has settled']);
      expect(about(running.id)).toEqual(
        expect.arrayContaining(['an attempt was lost with its machine', 'a job has settled']),
      );
      const [lost] = lines.filter(({ msg }) => msg === 'an attempt was lost with its machine');
      expect(lost).toMatchObject({ run: running.run.id, job: running.id, number: 1, image });
      await expectNoSecret(fleet);
    }),
  60_000,
);

/** An id of a thing stands in the field of that thing, or in a list of such. */
function expectIds(line: Line): void {
  for (const [field, value] of Object.entries(line))
    if (typeof value === 'string' && /^(?:run|job|attempt|machine|host)_[0-9a-z]{26}$/.test(value))
      expect([line.msg, field]).toEqual([line.msg, value.slice(0, value.indexOf('_'))]);
  for (const [id, kind = ''] of line.msg.matchAll(/\b(run|job|attempt)_[0-9a-z]{26}\b/g))
    expect([line.msg, line[kind]]).toEqual([line.msg, id]);
  if (/^an? (?:job|attempt) /.test(line.msg))
    expect([line.msg, Object.keys(line)]).toEqual([line.msg, expect.arrayContaining(['run', 'job'])]);
}

async function expectNoSecret(fleet: Fleet): Promise<void> {
  const log = fleet.coordinator.log();
  const inFiles = await Promise.all(
    ['token', 'hook-secret', 'client-secret', 'data/admin-token'].map(name =>
      readFile(`${fleet.directory}/${name}`, 'utf8'),
    ),
  );
  for (const secret of [secretValue, ...inFiles.map(text => text.trim())])
    expect([secret.length > 10, log.includes(secret)]).toEqual([true, false]);
}
