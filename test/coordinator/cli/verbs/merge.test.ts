/** `paddock merge` and `paddock merge-queue`, as people type them. */
import { afterEach, expect, test } from 'vitest';
import { type MergingView, mergingView } from '#shared/merge-api.ts';
import {
  refusal,
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  return typeCommand(['--coordinator', coordinator.url, ...args], { columns: 80 });
}

const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, '0')}`;
const sha = (n: number) => String(n).padStart(40, '0');
const entry = (number: number, facts: object = {}) => ({
  ...{ id: id('merge', number), repository: 'acme/rocket', number, title: 'Mend it', author: 'octocat' },
  ...{
    baseRef: 'main',
    headSha: sha(number),
    status: 'waiting',
    place: 1,
    priority: 0,
    batch: null,
    run: null,
  },
  ...{ sentence: 'in the merge queue: 1st in line', ask: { way: 'api', by: null }, askedAt: 1 },
  ...facts,
});
const view = (facts: object = {}): MergingView =>
  mergingView.parse({ entries: [], ended: [], batches: [], pauses: [], ...facts });
const batch = {
  ...{
    id: id('batch', 1),
    repository: 'acme/rocket',
    baseRef: 'main',
    baseSha: sha(1),
    commit: sha(2),
  },
  ...{
    numbers: [4, 3],
    after: [1, 2],
    status: 'testing',
    message: null,
    run: id('run', 1),
    createdAt: Date.now() - 240_000,
  },
};
const shows = (facts?: object) => ({ 'GET /api/v1/merges': () => ({ body: view(facts) }) });

test('merge asks for the pull request that is named, and says where its way can be watched', async () => {
  const answers = { 'POST /api/v1/merges': () => ({ body: { message: 'it is merged' } }) };
  const typed = await ask(answers, 'merge', 'acme/rocket#12', '--priority', '5');
  expect(typed).toMatchObject({ code: 0, stdout: 'it is merged\n' });
  expect(typed.stderr).toContain('paddock merge-queue');
  expect(coordinator?.asked[0]?.body).toEqual({ repository: 'acme/rocket', number: 12, priority: 5 });
});

test('merge --withdraw takes it back', async () => {
  const answers = { 'POST /api/v1/merges/withdraw': () => ({ body: { message: 'it is not merged' } }) };
  expect(await ask(answers, 'merge', 'acme/rocket#12', '--withdraw')).toMatchObject({
    code: 0,
    stdout: 'it is not merged\n',
    stderr: '',
  });
  expect(coordinator?.asked[0]?.body).toEqual({ repository: 'acme/rocket', number: 12 });
});

test.each(['12', 'acme/rocket', 'acme/rocket#0', 'acme/rocket#x', 'a b/c#1', 'acme/rocket#1234567890'])(
  'merge %s is no pull request, and the last line is the command to try',
  async name => {
    const { code, stderr } = await ask({}, 'merge', name);
    expect(code).toBe(2);
    expect(stderr).toContain(`${name} is no pull request; expected owner/name#number`);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain("paddock merge 'acme/rocket#12'");
    expect(coordinator?.asked).toEqual([]);
  },
);

test('a refusal of the coordinator is said as it is', async () => {
  const answers = { 'POST /api/v1/merges': () => refusal(409, 'acme/rocket#12 is closed') };
  const { code, stderr } = await ask(answers, 'merge', 'acme/rocket#12');
  expect([code, stderr]).toEqual([2, expect.stringContaining('acme/rocket#12 is closed')]);
});

test.each([
  ['merge', ['--priority', '--withdraw', "paddock merge 'acme/rocket#12'", 'has to be asked for again']],
  ['merge-queue', ['--json', 'why it waits']],
])('%s --help says what it does', async (verb, words) => {
  const { code, stdout } = await ask({}, verb, '--help');
  expect(code).toBe(0);
  for (const word of words) expect(stdout).toContain(word);
});

test('merge-queue without anything says so, and nothing else', async () => {
  expect(await ask(shows(), 'merge-queue')).toMatchObject({
    code: 0,
    stdout: 'nothing is asked to be merged\n',
  });
});

test('merge-queue shows what waits, what is tested together, what pauses and what is over, in 80 columns', async () => {
  const { stdout } = await ask(
    shows({
      entries: [entry(12), entry(13, { sentence: `waits: ${'a long reason '.repeat(9)}`, place: null })],
      ended: [entry(2, { status: 'landed', sentence: 'landed on main as 0000002' })],
      batches: [batch],
      pauses: [
        { repository: 'acme/rocket', baseRef: 'main', message: 'no disk', until: Date.now() + 100_000 },
      ],
    }),
    'merge-queue',
  );
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toEqual([
    'acme/rocket#12  main  in the merge queue: 1st in line',
    expect.stringMatching(/^acme\/rocket#13 {2}main {2}waits: a long reason .*…$/),
    'acme/rocket main pauses for 2 min: no disk',
    '',
    'tested together, newest first',
    expect.stringMatching(/^testing {2}#4 #3 on #1 #2 {2}0000000 {2}4 min {2}run_0+1$/),
    '',
    'over, newest first',
    'acme/rocket#2  main  landed on main as 0000002',
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('merge-queue --json prints what the coordinator answered', async () => {
  const facts = { entries: [entry(12)], batches: [batch] };
  const { stdout } = await ask(shows(facts), 'merge-queue', '--json');
  expect(JSON.parse(stdout)).toEqual(view(facts));
});
