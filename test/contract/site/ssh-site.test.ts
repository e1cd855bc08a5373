/** A site elsewhere, over a real server of ssh, for an account that has no Node. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openFarSite } from '#agent/proxy/far-site.ts';
import { openSshLink } from '#agent/ssh/ssh-link.ts';
import { findSshd, type SshServer, startSshServer } from '#test/contract/driver/ssh-server.ts';
import { until } from '#test/support/until.ts';
import { type FarTools, farTools } from './far-shells.ts';
import { openSiteBench, type SiteBench } from './site-bench.ts';
import { describeSite } from './site-contract.ts';

const sshd = await findSshd();
let server: SshServer;
let tools: FarTools;
let there: string;
let patienceMs = 20_000;

beforeAll(async () => {
  tools = await farTools('/bin/sh');
  if (sshd) server = await startSshServer(sshd, tools.path);
});
beforeEach(context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
});
afterAll(async () => {
  await server?.close();
  await tools.remove();
});

const open = (): Promise<SiteBench> =>
  openSiteBench({
    path: tools.path,
    open: (start, home) => {
      const { port, user, key, hostKey } = server;
      there = join(home, 'there');
      const target = { file: 'computers.yaml', name: 'sparc', host: '127.0.0.1', port, user, key, hostKey };
      const link = openSshLink(target);
      return openFarSite(start, { link, shell: '/bin/sh', directory: there, patienceMs: () => patienceMs });
    },
  });

describeSite('that is reached by ssh', () => open());

describe('over a connection that may be lost', { timeout: 60_000 }, () => {
  let bench: SiteBench;
  beforeEach(async () => {
    await server.start();
    bench = await open();
  });
  afterEach(async () => {
    patienceMs = 20_000;
    await server?.start();
    await bench?.close();
  });

  test('there is no Node there', async () => {
    expect((await bench.run('command -v node || echo none')).end).toMatchObject({ exitCode: 0 });
    expect(bench.text()).toBe('none\n');
  });

  test('a step of which it cannot be known how it ended has no verdict', async () => {
    const step = bench.run('echo $$; sleep 300');
    await until('it runs', () => bench.text() !== '');
    await server.stop();
    expect(await step).toMatchObject({
      end: {
        ended: 'lost',
        message: expect.stringMatching(
          /^sparc: the connection was lost.* while it ran; how it ended there is not known$/,
        ),
      },
      leftBehind: expect.stringContaining('is ended when that can be reached again'),
    });
  });

  test('what a lost step has left is ended before anything else begins there', async () => {
    const step = bench.run('setsid sleep 300 & echo up; sleep 300');
    await until('it runs', () => bench.text() !== '');
    await server.cut();
    expect((await step).end).toMatchObject({ ended: 'lost' });
    expect(await bench.alive()).not.toEqual([]);
    await bench.site.remove(bench.place);
    expect([await bench.alive(), await readdir(there)]).toEqual([[], []]);
  });

  test('a computer that is off fails what is asked of it, with a sentence', async () => {
    await server.stop();
    patienceMs = 500;
    await expect(bench.site.isDirectory('/', bench.stop.signal)).rejects.toMatchObject({
      code: 'site-failed',
      message: expect.stringMatching(/^sparc(?: does not answer at 127.0.0.1|: )/),
    });
    expect((await bench.run('true')).end).toMatchObject({ ended: 'lost' });
  });

  test('a hundred thousand lines arrive byte for byte', async () => {
    await bench.run('seq -f "line %06.0f of a log that is long" 100000');
    const expected = Array.from(
      { length: 100_000 },
      (_, i) => `line ${String(i + 1).padStart(6, '0')} of a log that is long\n`,
    );
    expect(bench.text() === expected.join('')).toBe(true);
  });

  test('nothing of a step is in a command line but its own, and its key is read by nobody else', async () => {
    await bench.run('ps -A -o args > list', { env: { PATH: bench.path, KEY: 'swordfish-swordfish' } });
    expect(await readFile(join(bench.place.workspace, 'list'), 'utf8')).not.toContain('swordfish');
  });
});
