/** `paddock queue`, as people type it: the sentences of the page. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type QueueView, queueView } from '#shared/queue-api.ts';
import { type ScriptedCoordinator, scriptedCoordinator } from '../support/scripted-coordinator.ts';
import { typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

async function type(view: QueueView, ...args: string[]) {
  coordinator = await scriptedCoordinator({ answers: { 'GET /api/v1/queue': () => ({ body: view }) } });
  return typeCommand(['--coordinator', coordinator.url, 'queue', ...args], { columns: 80 });
}

const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, '0')}`;
const since = Date.now() - 12 * 60_000;
const job = (n: number, facts: object = {}) => ({
  ...{ id: id('job', n), run: id('run', n), repository: 'acme/rocket', number: n, title: 'Mend it' },
  ...{ commit: String(n).padStart(40, 'a'), purpose: 'change', ref: 'fix', change: 128, suite: 'unit' },
  ...{ image: 'netbsd-10', since, place: n, etaMs: n * 120_000, text: 'queued: …', mayApprove: false },
  ...facts,
});
const group = (facts: object) => ({
  ...{ image: null, limit: null, count: 1, oldestAt: since, remedy: null, jobs: [] },
  ...facts,
});
const view = (facts: object = {}): QueueView =>
  queueView.parse({ count: 0, oldestAt: null, isCut: false, groups: [], merging: null, ...facts });

test('nothing waits', async () => {
  const typed = await type(view());
  expect(typed).toMatchObject({ code: 0, stderr: '' });
  expect(stripVTControlCharacters(typed.stdout)).toBe('nothing waits\n');
  expect(coordinator?.asked[0]?.line).toBe('GET /api/v1/queue?max=10');
});

test('each group is a sentence, what lets it go on, and its first jobs, within 80 columns', async () => {
  const text = 'a maintainer has to approve the commit before it runs';
  const approval = group({
    ...{ key: 'approval', binding: 'approval', text },
    remedy: { type: 'approve', command: 'paddock approve COMMIT' },
    jobs: [job(1, { place: null, etaMs: null, text: 'waiting for a maintainer to approve aaaaaaa' })],
  });
  const effect = 'would start 1 now: host-b has room, the image is there';
  const command = 'paddock pool scale netbsd-10 --max 3';
  const busy = group({
    ...{ key: 'all-busy.netbsd-10', binding: 'all-busy', image: 'netbsd-10', count: 14 },
    text: 'netbsd-10 may have 2 machines at once, and all of them are in use',
    remedy: { type: 'scale-pool', image: 'netbsd-10', max: 3, effect, command },
    jobs: [job(1), job(2, { change: null, etaMs: null })],
  });
  const merging = { count: 2, oldestAt: since };
  const typed = await type(
    view({ count: 15, oldestAt: since, groups: [approval, busy], merging }),
    '--max',
    '2',
  );
  expect(stripVTControlCharacters(typed.stdout).split('\n')).toEqual([
    '15 jobs wait, the first for 12 min',
    '',
    '◇ 1 waits for an approval · the first for 12 min',
    '  a maintainer has to approve the commit before it runs',
    '  → paddock approve COMMIT',
    '  acme/rocket#128  aaaaaaa  netbsd-10/unit  waiting for a maintainer to…  12 min',
    '',
    '○ 14 at its limit: netbsd-10 · the first for 12 min',
    '  netbsd-10 may have 2 machines at once, and all of them are in use',
    '  would start 1 now: host-b has room, the image is there',
    '  → paddock pool scale netbsd-10 --max 3',
    '  acme/rocket#128    aaaaaaa  netbsd-10/unit  next, about 2 min  12 min',
    '  acme/rocket run 2  aaaaaaa  netbsd-10/unit  2nd in line        12 min',
    '  12 more · paddock queue --max 14',
    '',
    '2 pull requests are in line to be merged → paddock merge-queue',
    '',
  ]);
  expect(coordinator?.asked[0]?.line).toBe('GET /api/v1/queue?max=2');
});

test('--json prints what the coordinator answered; what is asked for is asked of it', async () => {
  const typed = await type(view({ isCut: true }), '--json', '--image', 'netbsd-10', '--repository', 'a/b');
  expect(JSON.parse(typed.stdout)).toEqual(view({ isCut: true }));
  expect(coordinator?.asked[0]?.line).toBe('GET /api/v1/queue?max=10&image=netbsd-10&repository=a%2Fb');
});
