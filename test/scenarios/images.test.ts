/** An image is added while others work: from its folder to the jobs that it takes, back to the version before, and away. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageDetail, type VersionView, versionView } from '#shared/image-api.ts';
import { type Fleet, image } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { openPull, runOf, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

/** A folder of an image that is this computer by another name; `more` is further YAML. */
async function folderOf({ directory }: Fleet, more = ''): Promise<string> {
  const folder = join(directory, 'images', 'shed');
  await mkdir(folder, { recursive: true });
  const system = 'name: shed-1\nos: linux\narch: x86_64\nmachine: { driver: process }\n';
  await writeFile(join(folder, 'image.yaml'), system + more);
  return folder;
}

async function add(fleet: Fleet, more = ''): Promise<{ code: number; version: VersionView }> {
  const { code, stdout, stderr } = await paddock(
    fleet,
    'image',
    'add',
    await folderOf(fleet, more),
    '--json',
  );
  if (stdout === '') throw new Error(stderr);
  return { code: code ?? -1, version: versionView.parse(JSON.parse(stdout)) };
}

/** Once its jobs are planned. */
const imagesOf = (fleet: Fleet, commit: string) =>
  until('its jobs are planned', async () => {
    const { jobs } = await runOf(fleet, commit);
    return jobs.length > 0 && jobs.map(job => job.image).sort();
  });

/** The one job of the commit on this image. */
async function jobOn(fleet: Fleet, commit: string, name: string) {
  const found = (await runOf(fleet, commit)).jobs.find(job => job.image === name);
  if (!found) throw new Error(`there is no job on ${name}`);
  return fleet.api.job(found.id);
}

const currentOf = async (fleet: Fleet) =>
  imageDetail.parse(JSON.parse((await paddock(fleet, 'image', 'show', 'shed-1', '--json')).stdout)).current;

test(
  'an image passes its suite while a run of another goes on, and takes jobs from then on',
  () =>
    withFleet({ max: 1 }, async fleet => {
      const waiting = gate(fleet);
      const before = await openPull(fleet, suite(waiting.step));
      await waiting.reached();

      const first = await add(fleet);
      expect(first.version.report?.checks.filter(({ result }) => result !== 'passed')).toEqual([]);
      expect(first).toMatchObject({ code: 0, version: { number: 1, status: 'ready', isCurrent: true } });

      // What was there goes on; the pull request that is open is tested on the new one too, and says so.
      await until(
        'the open head has a job on it',
        async () => (await runOf(fleet, before.head)).jobs.length === 2,
      );
      expect(await imagesOf(fleet, before.head)).toEqual([image, 'shed-1']);
      expect(await jobOn(fleet, before.head, image)).toMatchObject({ standing: 'running', attempts: 1 });
      await waiting.open();
      await until('both have passed', async () => (await runOf(fleet, before.head)).standing === 'passed', {
        timeoutMs: 30_000,
      });
      expect(await jobOn(fleet, before.head, image)).toMatchObject({ standing: 'passed', attempts: 1 });
      const { stdout } = await paddock(fleet, 'image', 'show', 'shed-1');
      expect(stdout).toContain('1 got 1 job');
      const after = await openPull(fleet, suite('true'), { branch: 'after' });
      expect(await imagesOf(fleet, after.head)).toEqual([image, 'shed-1']);
      await until('both have passed', async () => (await runOf(fleet, after.head)).standing === 'passed', {
        timeoutMs: 30_000,
      });

      // The same once more is nothing new; another one that is not what it says is refused, and changes nothing.
      expect(await add(fleet)).toMatchObject({ code: 0, version: { number: 1 } });
      const other = await add(fleet, 'eol: 2027-01-01\n');
      expect(other).toMatchObject({ code: 0, version: { number: 2, isCurrent: true } });
      expect(await paddock(fleet, 'image', 'rollback', 'shed-1')).toMatchObject({
        code: 0,
        stdout: 'shed-1 is version 1 again\n',
      });
      expect(await currentOf(fleet)).toBe(1);

      // Disabled it is planned on no more; removed it is unknown.
      expect(await paddock(fleet, 'image', 'disable', 'shed-1')).toMatchObject({ code: 0 });
      const without = await openPull(fleet, suite('true'), { branch: 'without' });
      expect(await imagesOf(fleet, without.head)).toEqual([image]);
      expect(await paddock(fleet, 'image', 'remove', 'shed-1')).toMatchObject({ code: 0 });
      expect(await paddock(fleet, 'image', 'show', 'shed-1')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('there is no image shed-1'),
      });
      await settled(fleet, without.head);
    }),
  240_000,
);

test(
  'an image whose machines never report in is refused after two starts, with what to check',
  () =>
    withFleet({}, async fleet => {
      const { code, version } = await add(fleet, 'boot: { deadline: 1ms }\n');
      expect(code).toBe(1);
      expect(version).toMatchObject({ number: 1, status: 'refused', isCurrent: false });
      expect(version.report?.checks[0]).toMatchObject({ name: 'boots', result: 'failed' });
      const { stdout } = await paddock(fleet, 'image', 'list');
      expect(stdout).toContain('none is ready');
    }),
  120_000,
);

test('an image of the configuration is changed there, and what cannot be read is told by line', () =>
  withFleet({}, async fleet => {
    const folder = await folderOf(fleet);
    await writeFile(
      join(folder, 'image.yaml'),
      `name: ${image}\nos: linux\narch: any\nmachine: { driver: process }\n`,
    );
    expect(await paddock(fleet, 'image', 'add', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${image} stands in the configuration: it is changed there`),
    });
    await writeFile(
      join(folder, 'image.yaml'),
      'name: shed-1\nos: linux\narhc: any\nmachine: { driver: process }\n',
    );
    expect(await paddock(fleet, 'image', 'lint', folder)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('image.yaml:3:1 unknown key `arhc`; did you mean `arch`?'),
    });
  }));
