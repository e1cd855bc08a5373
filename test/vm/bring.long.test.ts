/** `npm run test:long -- vm/bring`: agents are brought over ssh into machines whose disks know nothing of them. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { plainConsole } from '#agent/host/evidence.ts';
import { diagnoseBoot } from '#shared/boot-diagnosis.ts';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { versionView } from '#shared/image-api.ts';
import { type ImageManifestInput, imageManifest } from '#shared/image-manifest.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { killPart } from '#test/support/fleet/parts.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { type LibvirtBench, openLibvirtBench } from './libvirt-bench.ts';
import { makeSshImage, type SshImage, sshImageNeeds } from './ssh-image.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const patience = { timeoutMs: 3 * minute, everyMs: 20 };
const session = useLibvirt();
let made: SshImage | null = null;

beforeEach(async ({ skip }) => {
  const lack = await lackOfPrograms(sshImageNeeds);
  if (lack) skip(lack);
  made ??= await makeSshImage();
}, 5 * minute);
afterAll(() => made?.remove());

function ours(): SshImage {
  if (!made) throw new Error('there is no image');
  return made;
}

test(
  'a pull request is tested on a system that has an SSH server and Node, and nothing of Paddock',
  {
    timeout: 10 * minute,
  },
  () =>
    withVirtualFleet(session(), { image: ours().image }, async fleet => {
      const steps = ['id -un; pwd; cat README.md', 'ls /dev/vd*', 'find /home/build/.paddock'];
      const { head } = await openPull(fleet, suite(...steps));
      const job = await settled(fleet, head, 'default', 8 * minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      const log = await logOf(fleet, job);
      for (const words of ['build\n/home/build/work/', 'rocket', '/dev/vda\n', 'guest.cjs'])
        expect(log).toContain(words);
      for (const words of ['/dev/vdb', '/ticket\n']) expect(log).not.toContain(words);
      const said = await readFile(join(fleet.dataDir, 'hosts/local/agent.log'), 'utf8');
      expect(said).not.toContain('PRIVATE KEY');
    }),
);

/** Of the one machine there is; empty while there is none. */
async function consoleIn({ dataDir }: Fleet): Promise<string> {
  const machines = join(dataDir, 'hosts/local/libvirt/machines');
  const [id = ''] = await readdir(machines).catch(() => []);
  return readFile(join(machines, id, 'console'), 'utf8').catch(() => '');
}

describe('a host agent that is killed finds the machine, and brings one agent to it', () => {
  test.for([
    ['while the system boots', 'answers on its port 22'],
    ['when its SSH server is up', 'its SSH server is up'],
    ['when its agent was started', 'it was started'],
  ] as const)('%s', { timeout: 10 * minute }, ([, words]) =>
    withVirtualFleet(session(), { image: ours().image }, async fleet => {
      const { head } = await openPull(fleet, suite('cat /home/build/.paddock/*/agent.log'));
      await until(
        `the console says: ${words}`,
        async () => (await consoleIn(fleet)).includes(words),
        patience,
      );
      await killPart(fleet, 'host');
      const job = await settled(fleet, head, 'default', 8 * minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      expect((await logOf(fleet, job)).match(/"event":"[^"]*"/g)).toEqual([
        '"event":"reported-in"',
        '"event":"start"',
      ]);
    }),
  );
});

/** A machine of the driver alone, with an agent of the test's. */
async function withMachine(
  agent: string,
  { key, ...change }: Partial<ImageManifestInput['boot']> & { key?: string },
  body: (bench: LibvirtBench, machine: DesiredMachine) => Promise<void>,
): Promise<void> {
  const files = { ...ours().files, ...(key && { key }) };
  const bundle = join(await mkdtemp(join(tmpdir(), 'paddock-agent-')), 'guest.cjs');
  await writeFile(bundle, agent);
  const bench = await openLibvirtBench(session(), { files, bundle });
  try {
    const wish = desiredMachine({ driver: 'libvirt' });
    const digest = (letter: string) => ({ url: 'http://127.0.0.1:9/file', sha256: letter.repeat(64) });
    const { boot, ...image } = ours().image;
    const machine = {
      ...wish,
      image: imageManifest.parse({
        ...image,
        disk: { ...digest('d'), format: 'qcow2' },
        boot: {
          ...boot,
          ...{ kernel: digest('a'), initrd: digest('b'), ssh: { key: digest('c') } },
          ...change,
        },
      }),
    };
    await bench.driver.create(machine, signal);
    await body(bench, machine);
    await bench.driver.destroy(machine.id, signal);
    expect(await bench.leftOvers()).toEqual([]);
  } finally {
    await bench.close();
    await rm(dirname(bundle), { recursive: true });
  }
}

const reportIn = `console.error(JSON.stringify({ event: 'reported-in' }));`;

async function untilDead({ driver }: LibvirtBench): Promise<string | undefined> {
  const dead = async () => (await driver.list(signal)).find(({ state }) => state === 'dead');
  return (await until('the machine is dead', dead, patience)).reason;
}

test(
  'what was needed to bring an agent goes when it is there, and the machine goes with its agent',
  {
    timeout: 6 * minute,
  },
  () =>
    withMachine(`${reportIn} setTimeout(() => {}, 8000);`, {}, async (bench, { id }) => {
      const files = () => readdir(join(bench.directory, 'host/machines', id));
      await until('ticket and key are gone', async () => !(await files()).includes('login-key'), patience);
      expect(await files()).not.toContain('bring.json');
      expect(await bench.driver.list(signal)).toMatchObject([{ id, state: 'running' }]);
      expect(await untilDead(bench)).toMatch(/^the virtual machine has ended/);
    }),
);

const key = { url: 'http://127.0.0.1:9/file', sha256: 'c'.repeat(64) };
const program = fileURLToPath(import.meta.url);
test.for([
  [
    'no Node',
    { ssh: { key, node: '/nowhere/node' } },
    /`\/nowhere\/node` is no program for build on this disk/,
  ],
  ['an agent that ends', {}, /the agent ended with exit code 3; it said: no room for it$/],
  ['a file that is no key', { key: program }, /the key of boot\.ssh cannot be used/],
] as const)('a machine with %s is over, and says why', { timeout: 6 * minute }, ([, change, why]) =>
  withMachine(`console.error('no room for it'); process.exitCode = 3;`, change, async (bench, { id }) => {
    const reason = await untilDead(bench);
    expect(reason).toMatch(/^its agent could not be brought: /);
    expect(reason).toMatch(why);
    const console = plainConsole((await bench.driver.evidence(id)) ?? new Uint8Array());
    expect(diagnoseBoot(console).trouble).toMatch(/^(not-brought|agent-ended)$/);
  }),
);

test(
  'the version of an image is tried on such machines; one that lets nobody in is refused, with what to check',
  {
    timeout: 20 * minute,
  },
  () =>
    withFleet({ made: { localHost: { libvirt: session().uri }, images: [] } }, async fleet => {
      const folder = join(fleet.directory, 'images', 'debian-ssh');
      await mkdir(folder, { recursive: true });
      const add = async (change: Partial<ImageManifestInput>) => {
        await writeFile(join(folder, 'image.yaml'), stringify({ ...ours().image, ...change }));
        const { stdout, stderr } = await paddock(fleet, 'image', 'add', folder, '--json');
        if (stdout === '') throw new Error(stderr);
        const { status, report } = versionView.parse(JSON.parse(stdout));
        const failed = report?.checks.filter(({ result }) => result === 'failed');
        return { status, failed: failed?.map(({ name, detail }) => `${name}: ${detail}`) };
      };
      expect(await add({})).toEqual({ status: 'ready', failed: [] });
      const stranger = { mode: 'bootstrap', user: 'stranger' } as const;
      const refused = await add({ agent: stranger, boot: { ...ours().image.boot, deadline: '75s' } });
      expect(refused).toEqual({
        status: 'refused',
        failed: [
          expect.stringMatching(
            /^boots: .*the key of boot.ssh is refused for the user stranger.*check agent.user/,
          ),
        ],
      });
    }),
);
