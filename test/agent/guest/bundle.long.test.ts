import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { withAgentProcess } from './support/agent-process.ts';
import { specOf } from './support/specs.ts';
import { expectWholeJob } from './support/whole-job.ts';

const run = promisify(execFile);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-nodes-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A Node of this major version, as npm has it for this computer. */
async function nodeOf(major: number): Promise<string> {
  const into = await mkdtemp(join(directory, `node-${major}-`));
  await run('npm', ['pack', '--silent', `node-${platform()}-${arch()}@${major}`], { cwd: into });
  const [archive = ''] = await readdir(into);
  await extract({ file: join(into, archive), cwd: into, strip: 1 }, ['package/bin/node']);
  return join(into, 'bin/node');
}

describe.each([18, 20, 22])('the bundle on Node %i', major => {
  let node: string;

  beforeAll(async () => {
    node = await nodeOf(major);
    const { stdout } = await run(node, ['--version']);
    expect(stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  test.each(['git', 'archive'] as const)('takes a job with source by %s to its end', async prefer => {
    await expectWholeJob(node, prefer);
  });

  test('runs on while nats-server is away', async () => {
    await withAgentProcess({ node }, async ({ coordinator, exit }) => {
      const spec = specOf({ steps: [{ run: 'echo before; sleep 1; echo after; exit 3' }] });
      coordinator.onRenewal = () => ({ want: 'run', spec });
      coordinator.onFinished = () => ({ answer: 'settled', next: { want: 'retire' } });
      await until('the step runs', () => coordinator.logText(spec.attempt) === 'before\n');
      await coordinator.nats.restart();
      expect((await exit).code).toBe(0);
      expect(coordinator.logText(spec.attempt)).toBe('before\nafter\n');
      expect(coordinator.reports[0]?.end).toMatchObject({ reason: 'exited', exitCode: 3 });
    });
  });
});

test('renewals come in time while a suite keeps every core busy and floods its log', async () => {
  await withAgentProcess({}, async ({ coordinator }) => {
    const run = 'for n in 1 2 3 4; do (while :; do echo "$n flood of text"; done) & done; wait';
    const spec = specOf({ steps: [{ run, timeoutMs: 12_000 }], logLimitBytes: 1024 * 1024 * 1024 });
    const times: number[] = [];
    coordinator.onRenewal = () => {
      times.push(performance.now());
      return coordinator.reports.length > 0 ? { want: 'idle' } : { want: 'run', spec };
    };
    // An owner that says "stored" and keeps nothing: the flood is larger than a test should hold.
    coordinator.onFrame = (_attempt, _stored, frame) => ({
      answer: 'stored',
      bytes: frame.offset + frame.bytes,
      marks: spec.steps.length * 2,
      epoch: 1,
    });
    await until('five renewals', () => times.length >= 5, { timeoutMs: 60_000 });
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(8_000);
  });
});
