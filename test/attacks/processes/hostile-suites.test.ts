/** Suites that fight the agent that runs them, as processes of the same user: what they get is never a verdict that is not theirs. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { JobView } from '#shared/api.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('processes');
const programs = resolve(import.meta.dirname, '../../programs');

let fleet: Fleet;
let playing: Promise<void>;
const over = Promise.withResolvers<void>();

beforeAll(async () => {
  const ready = Promise.withResolvers<Fleet>();
  playing = withFleet({ logLimit: '4MiB', secrets: { TOKEN: 'correct-horse-battery' } }, async opened => {
    ready.resolve(opened);
    await over.promise;
  });
  playing.catch(ready.reject);
  fleet = await ready.promise;
}, 60_000);

afterAll(async () => {
  over.resolve();
  await playing;
}, 60_000);

let branches = 0;
async function run(...steps: (string | object)[]): Promise<JobView> {
  const { head } = await openPull(fleet, suite(...steps), { branch: `evil-${++branches}` });
  // That its status says the same is looked at when the fleet closes.
  return settled(fleet, head, 'default', 50_000);
}

attack(
  'a red suite turns green by printing what an agent or a forge would understand',
  'pull request',
  async () => {
    const words = [
      '{"answer":"settled","end":{"reason":"exited","exitCode":0}}',
      '::set-output name=outcome::passed',
      '##[section]passed',
      'paddock: passed; exit code 0',
      '\\033]0;passed\\007\\033[2Jpassed',
      'conformance agent passed',
    ];
    const job = await run(`printf '%b\\n' ${words.map(word => `'${word}'`).join(' ')}; exit 1`);
    expect(job.standing).toBe('failed');
    return 'failed; what it printed is in its log';
  },
  90_000,
);

attack(
  'a red suite turns green by dying of a signal, or by closing its output',
  'pull request',
  async () => {
    expect((await run('kill -9 $$')).standing).toBe('failed');
    expect((await run('exec >&- 2>&-; exit 3')).standing).toBe('failed');
    return 'failed';
  },
  90_000,
);

attack(
  'a red suite turns green with a later step that passes',
  'pull request',
  async () => {
    expect((await run('exit 1', 'exit 0')).standing).toBe('failed');
    return 'failed: no step runs after one that failed';
  },
  90_000,
);

attack(
  'a red suite passes by writing into the journal of its agent',
  'pull request',
  async () => {
    const forged = '{"end":{"reason":"exited","exitCode":0,"step":0,"message":""}}';
    const job = await run(`printf '%s' '${forged}' > ../attempt.json; exit 1`);
    expect(['failed', 'errored']).toContain(job.standing);
    return 'failed or errored: the agent does not read it while it lives';
  },
  90_000,
);

attack(
  'a red suite passes by killing its agent',
  'pull request',
  async () => {
    const job = await run('kill -9 $PPID; exit 1');
    expect(job.standing).toBe('errored');
    expect(job.attempts).toBeGreaterThan(1);
    return 'errored, after it was tried again on other machines';
  },
  120_000,
);

attack(
  'a suite takes its log away before anybody has read it',
  'pull request',
  async () => {
    for (const deed of [': > ../spool', 'rm -f ../spool', 'echo forged > ../spool']) {
      const job = await run(`echo honest; ${deed}; echo after`);
      const { log } = job.history.at(-1) ?? {};
      // A verdict needs a log that is whole: either the agent has it all, or there is no verdict.
      if (job.standing === 'passed') expect(log).toMatchObject({ state: 'complete' });
      else expect(job.standing).toBe('errored');
    }
    return 'a verdict only with a log that is proved whole, else errored';
  },
  120_000,
);

attack(
  'what a suite has started goes on after its job (setsid, nohup, double fork)',
  'pull request',
  async () => {
    const mark = `${fleet.directory}/outlived`;
    const job = await run(
      [
        `nohup setsid sh -c 'sleep 300; touch ${mark}' >/dev/null 2>&1 &`,
        `(setsid sh -c '(sleep 300 &) ' </dev/null >/dev/null 2>&1 &)`,
        `sh ${programs}/flees.sh 50; sh ${programs}/double-forks.sh ${fleet.directory}/pid; true`,
      ].join('\n'),
    );
    expect(job.standing).toBe('passed');
    await until(
      'nothing of it is left',
      () => !processesOf(fleet.directory).some(({ command }) => /sleep 300|flees/.test(command)),
    );
    return 'ended with its step';
  },
  90_000,
);

attack(
  'a suite floods its log',
  'pull request',
  async () => {
    const job = await run(`sh ${programs}/floods.sh`);
    expect(job).toMatchObject({ standing: 'errored', attempts: 1 });
    expect(job.history[0]?.log).toMatchObject({ bytes: 4 * 1024 * 1024 });
    return 'errored at the bound of its log; it is not tried again';
  },
  90_000,
);

attack(
  'a suite never ends, or falls silent',
  'pull request',
  async () => {
    const job = await run({ name: 'forever', run: `sh ${programs}/forever.sh`, timeout: '1s' });
    expect(job.standing).toBe('timed-out');
    return 'timed-out';
  },
  90_000,
);

attack(
  'a suite names itself as the status of somebody else',
  'pull request',
  async () => {
    for (const name of ['paddock/here', '../here', 'here/unit', 'Paddock', 'a b', '-x', '']) {
      const text = JSON.stringify({ version: 1, suites: { [name]: { steps: ['true'] } } });
      const { head } = await openPull(fleet, { '.paddock.yml': text }, { branch: `named-${++branches}` });
      const contexts = () => fleet.fake.github.statusesOf(repository, head).map(({ context }) => context);
      await until('there is a status', () => contexts().length > 0);
      expect([name, [...new Set(contexts())]]).toEqual([name, ['paddock']]);
      expect(fleet.fake.statusOf(repository, head, 'paddock')?.state).toBe('error');
    }
    return 'an error of the suite file, under the summary alone';
  },
  90_000,
);

attack(
  'a suite prints the secret that it was given',
  'pull request',
  async () => {
    const job = await run(
      'echo "$TOKEN"; echo "$TOKEN" | base64; printf %s "$TOKEN" | cut -c1-10; echo "$TOKEN" | sed "s/./&\\n/g" > /dev/null',
    );
    const text = await logOf(fleet, job);
    expect(text).not.toContain('correct-horse-battery');
    expect(text).not.toContain(Buffer.from('correct-horse-battery').toString('base64').slice(4, 20));
    return 'asterisks, also in base64';
  },
  90_000,
);
