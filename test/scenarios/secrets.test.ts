/** Secrets, from the command line to a step and no further, with every part as it is in production. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretDetail, secretsView } from '#shared/secrets.ts';
import { spawnPaddock } from '#test/coordinator/cli/support/spawned.ts';
import { findForms, formsOf } from '#test/support/find-values.ts';
import { sha256Of } from '#test/support/fleet/api.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { jobOf, logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const token = 'tr0ub4dor&3 correct/horse+battery';
const key =
  '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA-swordfish-one\nswordfish-two-0123456789\n-----END KEY-----\n';

async function paddock({ dataDir }: Fleet, args: string[], input = ''): Promise<string> {
  const environment = { PATH: process.env.PATH, HOME: dataDir, PADDOCK_DATA: dataDir };
  const { code, stdout, stderr } = await spawnPaddock(args, environment, input).ended;
  if (code !== 0) throw new Error(`paddock ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout.toString() + stderr;
}

const set = (fleet: Fleet, name: string, value: string, ...more: string[]) =>
  paddock(fleet, ['secret', 'set', name, '--repository', repository, ...more], value);

/** Every value, and every line of one that says something. */
const forms = formsOf([token, ...key.split('\n').filter(line => line.includes('swordfish'))]);

const prints = [
  'printf %s "$TOKEN" | sha256sum; sha256sum < "$KEY"; stat -c %a "$KEY"',
  'echo "$TOKEN"; cat "$KEY"; printf %s "$TOKEN" | base64; base64 "$KEY"',
  `printf %s "$TOKEN" | od -An -tx1 | tr -d '\\n' | sed 's/ /%/g'; echo`,
  'printf tr0ub4; sleep 0.1; echo "dor&3 correct/horse+battery"',
];

test('a job has its secrets, and they are on no disk: not in a file, a database, a log or a state, during the run nor after it', () =>
  withFleet({}, async fleet => {
    const said = [await set(fleet, 'TOKEN', token), await set(fleet, 'KEY', key, '--file')];
    const { step, reached, open } = gate(fleet);
    const pull = await openPull(fleet, suite(...prints, step));
    await reached();
    expect(await findForms(fleet.directory, forms)).toEqual([]);
    await open();
    const job = await settled(fleet, pull.head);
    expect(job.standing).toBe('passed');
    const log = await logOf(fleet, job);
    const sums = [token, key].map(text => sha256Of(Buffer.from(text)));
    expect(log.split('\n').slice(0, 3)).toEqual([`${sums[0]}  -`, `${sums[1]}  -`, '600']);
    for (const form of forms) expect(log + said.join('')).not.toContain(form);
    await fleet.coordinator.stop('SIGTERM');
    expect(await findForms(fleet.directory, forms)).toEqual([]);
    await fleet.coordinator.start();

    // What looks for them finds them where they are.
    const planted = join(fleet.directory, 'planted');
    await writeFile(planted, Buffer.from(`..${token}`).toString('base64'));
    expect(await findForms(fleet.directory, forms)).toEqual([expect.stringContaining(planted)]);
    await rm(planted);

    const shown = await paddock(fleet, ['secret', 'show', 'TOKEN', '--repository', repository, '--json']);
    const given = secretDetail.parse(JSON.parse(shown)).log.filter(({ type }) => type === 'given');
    expect(given).toMatchObject([{ job: job.id, version: 1, image: job.image, host: { name: 'local' } }]);
  }));

test('without the root key a job ends as errored, with nothing run; with it again it passes', () =>
  withFleet({}, async fleet => {
    await set(fleet, 'TOKEN', token);
    const file = join(fleet.dataDir, 'keys', 'secrets');
    await fleet.coordinator.stop('SIGTERM');
    await rename(file, `${file}.away`);
    await fleet.coordinator.start();
    const { rootKey } = secretsView.parse(JSON.parse(await paddock(fleet, ['secret', 'list', '--json'])));
    expect(rootKey.missing).toHaveLength(1);
    await until('the coordinator has said which key it lacks', () =>
      fleet.coordinator.log().includes(`secrets need the root key ${rootKey.missing[0]}`),
    );
    const pull = await openPull(fleet, suite('test -n "$TOKEN"'));
    const job = await settled(fleet, pull.head);
    expect(job.standing).toBe('errored');
    expect(job.history[0]?.end?.message).toContain(
      'could not be opened (secret-key-missing), so nothing was run',
    );
    await rename(`${file}.away`, file);
    await fleet.api.rerunJob(job.id);
    await until('the job passes', async () => (await fleet.api.job(job.id)).standing === 'passed', {
      timeoutMs: 25_000,
    });
  }));

test('a secret that is a file is gone from memory, too, when the agent is killed', () =>
  withFleet({}, async fleet => {
    await set(fleet, 'KEY', key, '--file');
    const waiting = gate(fleet);
    const pull = await openPull(fleet, suite(`dirname "$KEY" > '${fleet.directory}/place'`, waiting.step));
    await waiting.reached();
    const place = (await readFile(join(fleet.directory, 'place'), 'utf8')).trim();
    expect(existsSync(join(place, 'KEY'))).toBe(true);
    const files = await readdir(fleet.dataDir, { recursive: true });
    const journal = await until('the journal is written', async () =>
      (await readdir(fleet.dataDir, { recursive: true })).find(name => name.endsWith('attempt.json')),
    );
    expect(files).not.toContain('KEY');
    const { agentPid } = JSON.parse(await readFile(join(fleet.dataDir, journal), 'utf8'));
    process.kill(agentPid, 'SIGKILL');
    await waiting.open();
    expect((await settled(fleet, pull.head, 'default', 60_000)).standing).toBe('passed');
    await until('nothing is left in memory', () => !existsSync(place));
    expect((await jobOf(fleet, pull.head)).attempts).toBe(2);
  }));
