/** What leaves the computer in a support bundle of a coordinator that runs and has secrets: nothing that opens anything. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar';
import { expect, test } from 'vitest';
import { loadConfig } from '#coordinator/config/config.ts';
import { knownSecrets } from '#coordinator/setup/bundle/known-secrets.ts';
import { findForms, formsOf } from '#test/support/find-values.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { repository } from '#test/support/fleet/fleet.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { typeCommand } from '../coordinator/cli/support/type-command.ts';

const secretValue = 'correct-horse-battery-staple';

async function unpacked(fleet: Fleet, ...options: string[]) {
  const name = `bundle${options.join('')}`;
  const file = path.join(fleet.directory, `${name}.tar.gz`);
  const config = path.join(fleet.directory, 'paddock.yaml');
  const { directory } = fleet;
  const typed = await typeCommand(['doctor', '--config', config, '--bundle', file, ...options], {
    directory,
  });
  // The doctor asks GitHub for what it may not, to see that it may not; the stand-in holds that for a mistake.
  for (const violation of fleet.fake.violations.splice(0))
    expect(violation).toMatchObject({ method: 'POST' });
  const folder = path.join(directory, `unpacked-${name}`);
  await mkdir(folder);
  await extract({ file, cwd: folder });
  return { typed, file, folder: path.join(folder, 'paddock-support') };
}

/** Every secret of this system: of the configuration, of files with keys, and what is only in memory or in a suite. */
async function secretsOf(fleet: Fleet): Promise<string[]> {
  const config = await loadConfig(path.join(fleet.directory, 'paddock.yaml'), {}, fleet.directory);
  const keys = await readdir(path.join(fleet.dataDir, 'keys'));
  const files = ['admin-token', 'nats/keys.json', ...keys.map(name => `keys/${name}`)];
  const texts = await Promise.all(files.map(name => readFile(path.join(fleet.dataDir, name), 'utf8')));
  const seeds = texts.flatMap(text => text.match(/\bS[A-Z2-7]{50,}\b/g) ?? []);
  return [
    ...(await knownSecrets(config, {})),
    ...texts.map(text => text.trim()),
    ...seeds,
    ...[secretValue, fleet.fake.token, 'secret-of-the-hook'],
  ].filter(text => text.length >= 12);
}

test('a bundle has what helps, and no secret and no private name in it', () =>
  withFleet({ secrets: { TOKEN: secretValue }, isPrivate: true }, async fleet => {
    const { head } = await openPull(fleet, suite('echo done'));
    await settled(fleet, head);
    const { typed, file, folder } = await unpacked(fleet);
    for (const name of await readdir(folder)) expect(typed.stdout).toContain(name);
    expect(typed.stdout).toContain(`${file} (`);
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining([
        ...['README.txt', 'configuration.json', 'disk.json', 'doctor.txt', 'log.jsonl', 'metrics.txt'],
        ...['migrations.json', 'pools.json', 'readiness.json', 'system.json', 'version.json'],
      ]),
    );
    const read = (name: string) => readFile(path.join(folder, name), 'utf8');
    expect(await read('log.jsonl')).toContain('a job has settled');
    expect(await read('metrics.txt')).toContain('paddock_jobs_settled_total{');
    expect(JSON.parse(await read('system.json')).images[0].name).toBe('here');
    expect((await stat(file)).mode & 0o077).toBe(0);

    const secrets = await secretsOf(fleet);
    expect(secrets.length).toBeGreaterThan(8);
    expect(await findForms(folder, formsOf(secrets))).toEqual([]);
    for (const form of [...formsOf(secrets), repository]) expect(typed.stdout).not.toContain(form);
    expect(await findForms(folder, [repository, 'rocket'])).toEqual([]);

    const named = await unpacked(fleet, '--include-names');
    expect((await findForms(named.folder, [repository])).length).toBeGreaterThan(0);
    expect(await findForms(named.folder, formsOf(secrets))).toEqual([]);
  }));
