import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { withAgentProcess } from './support/agent-process.ts';
import { specOf } from './support/specs.ts';
import { expectWholeJob } from './support/whole-job.ts';

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

/** The Node that runs the tests, and the system's where there is another. */
function nodes(): Array<[version: string, path: string]> {
  const ours = realpathSync(process.execPath);
  const directories = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(entry => !entry.includes('node_modules'));
  const system = directories.map(directory => join(directory, 'node')).find(path => existsSync(path));
  const found: Array<[string, string]> = [[versionOf(ours), ours]];
  if (system && versionOf(system) !== versionOf(ours)) found.push([versionOf(system), system]);
  return found;
}

describe.each(nodes())('the bundle on Node %s', (_version, node) => {
  test('takes a job from its source to its artifacts, and ends when it is retired', async () => {
    await expectWholeJob(node, 'archive');
  });
});

test('the ticket is gone and the ways of the agent are secret, before any step runs', async () => {
  await withAgentProcess({}, async ({ coordinator, ticketFile, said }) => {
    const spec = specOf({ steps: [{ run: 'env' }], secrets: { KEY: 'swordfish-swordfish' } });
    coordinator.onRenewal = () => (coordinator.reports.length > 0 ? { want: 'idle' } : { want: 'run', spec });
    await until('the report', () => coordinator.reports.length > 0);
    const log = coordinator.logText(spec.attempt);
    expect([existsSync(ticketFile), /PADDOCK_(?:ENROL|TICKET|WORK)/.test(log)]).toEqual([false, false]);
    expect(said() + log).not.toMatch(/ticket-of-this-machine|swordfish/);
  });
});

test('it says at once that it is there, and of git and of itself when it works', async () => {
  await withAgentProcess({}, async ({ coordinator, signal, exit }) => {
    const spec = specOf({ steps: [{ run: 'exec sleep 60' }] });
    coordinator.onRenewal = () => ({ want: 'run', spec });
    const working = await until('it says what it works on', () =>
      coordinator.renewals.find(({ running }) => running !== null),
    );
    signal('SIGTERM');
    await exit;
    expect(coordinator.renewals[0]).toMatchObject({
      running: null,
      platform: { git: null, agent: 'unknown' },
    });
    expect(working.platform).toMatchObject({
      git: expect.stringMatching(/^\d/),
      agent: expect.stringMatching(/^sha256:/),
    });
  });
});

test('without https it never loads TLS', async () => {
  const tell = "process.once('exit',()=>process._rawDebug(process.moduleLoadList.join()))";
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` };
  await withAgentProcess({ environment }, async ({ coordinator, exit, said }) => {
    coordinator.onRenewal = () => ({ want: 'retire' });
    expect((await exit).code).toBe(0);
    expect(said()).toContain('NativeModule http');
    expect(said()).not.toMatch(/NativeModule (?:tls|https|_tls_wrap)/);
  });
});

test('a refused ticket ends it with 2 and the words of the coordinator', async () => {
  const script = (coordinator: { onEnrol: () => { status: number; body: object } }) => {
    coordinator.onEnrol = () => ({ status: 410, body: { detail: 'this machine was given up' } });
  };
  await withAgentProcess({ script }, async ({ exit, said }) => {
    expect((await exit).code).toBe(2);
    expect(said()).toContain('this machine was given up');
  });
});

test('settings that are wrong end it with 2, all named at once', async () => {
  const environment = { PADDOCK_MACHINE: 'x', PADDOCK_ENROL_URL: 'y' };
  await withAgentProcess({ environment }, async ({ exit, said }) => {
    expect((await exit).code).toBe(2);
    expect(said()).toMatch(/PADDOCK_MACHINE.*PADDOCK_ENROL_URL/);
  });
});

test('its dead-man timer ends it with 3', async () => {
  const environment = { PADDOCK_EXPIRES_AT: String(Date.now() + 100) };
  await withAgentProcess({ environment }, async ({ exit }) => {
    expect((await exit).code).toBe(3);
  });
});

test('TERM ends it with 143, and its step and its files are gone', async () => {
  await withAgentProcess({}, async ({ coordinator, exit, signal, workDirectory }) => {
    const spec = specOf({ steps: [{ run: 'echo $$; exec sleep 60' }] });
    coordinator.onRenewal = () => ({ want: 'run', spec });
    const pid = Number(await until('the step says its pid', () => coordinator.logText(spec.attempt).trim()));
    signal('SIGTERM');
    expect((await exit).code).toBe(143);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await readdir(workDirectory)).toEqual([]);
  });
});
