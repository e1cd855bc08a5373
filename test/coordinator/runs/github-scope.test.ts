/** Which jobs a commit gets, from the webhook to what GitHub shows; the rules themselves are in `trust-of-the-suite-file.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { oneSuite } from '../support/memory-mirror.ts';
import { commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
const start = async (commits: 'supersede' | 'every-commit' = 'supersede') => {
  lab = await openLab();
  forge = openForgeLab(lab, { commits });
};
beforeEach(() => start());
afterEach(() => forge.close());

const repository = 'acme/rocket';
const file = (suite: string) => `version: 1\nsuites: { unit: { steps: [make check], ${suite} } }\n`;
const ofSource = file('paths: [src/**]');
type Made = NonNullable<Parameters<ForgeLab['commit']>[1]>;

/** Commits on a branch, each on the one before it, pushed at once. */
function push(branch: string, commits: Record<number, Made>, pushed: { before?: string } = {}) {
  const made = Object.entries(commits).map(([n, commit]) => ({ sha: forge.commit(Number(n), commit) }));
  const [event] = forge.github.push({ repository, branch, commits: made });
  if (!event) throw new Error('a push is an event');
  return { ...event, payload: { ...(event.payload as object), ...pushed } } as typeof event;
}
async function open(n: number, commit: Made, base: Made = { file: ofSource }) {
  forge.commit(1, base);
  push('fix', { [n]: { on: 1, ...commit } });
  await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await forge.prepare();
}
async function land(...[commits, pushed]: [Record<number, Made>, { before?: string }?]) {
  await forge.deliver(push('main', commits, pushed));
  await forge.prepare();
}
const warnings = async () => (await forge.newestRun()).warnings;

describe('a pull request', () => {
  test('that touches nothing of a suite shows that as a success, and costs no machine', async () => {
    await open(2, { file: ofSource, files: ['docs/a.md'] });
    expect(await forge.runs()).toEqual(['change 2 planned: unit skipped']);
    expect(await forge.statuses()).toEqual([
      'paddock/linux/unit success: skipped: no file of src/** changed',
    ]);
  });

  test('is judged by the `paths` of its base', async () => {
    await open(2, { file: file('paths: [nothing]'), files: ['src/a.c'] });
    expect(await forge.runs()).toEqual(['change 2 planned: unit queued']);
  });

  test('is compared from where it parted from its base', async () => {
    forge.commit(1, { file: ofSource });
    await land({ 3: { on: 1, file: ofSource, files: ['src/a.c'] } });
    push('fix', { 2: { on: 1, file: ofSource, files: ['docs/a.md'] } });
    await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
    await forge.prepare();
    expect(await forge.runs()).toContain('change 2 planned: unit skipped');
  });

  test('that lies about what is required is red', async () => {
    forge.configures(
      ...lab.pools.map(({ image }) => ({ ...image, serves: { ...image.serves, gate: 'required' as const } })),
    );
    await open(2, { file: oneSuite });
    const gone =
      "unit on linux is required by main and this commit's .paddock.yml leaves it out; rebase, or put it back";
    expect(await forge.statuses()).toContain(`paddock/linux/unit failure: failed: ${gone}`);
    expect((await forge.statuses()).findLast(text => text.startsWith('paddock failure'))).toMatch(
      /^paddock failure: unit on linux is required by main/,
    );
  });

  test('of whose base nothing is left is not tested, and says what to do', async () => {
    forge.refuse(1);
    await open(2, {});
    expect(await forge.statuses()).toEqual([
      expect.stringMatching(
        /^paddock error: what main requires at 0000000 cannot be read, so nothing is tested; push again on top of main/,
      ),
    ]);
  });

  test('whose base cannot be fetched for now is tried again', async () => {
    forge.refuse(1, 'host-unreachable');
    await open(2, {});
    expect(await forge.runs()).toEqual(['change 2 preparing']);
    forge.accept(1);
    lab.clock.now += 60_000;
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('that cannot be compared is tested whole, and its page says why', async () => {
    forge.source.differenceFailure = 'timed-out';
    await open(2, { file: ofSource, files: ['docs/a.md'] });
    expect(await forge.runs()).toEqual(['change 2 planned: unit queued']);
    expect(await warnings()).toEqual(['`paths` were not looked at, so everything runs: git cannot compare']);
  });

  test('without history in common with its base is tested whole', async () => {
    await open(2, { on: undefined, file: ofSource, files: ['docs/a.md'] });
    expect(await forge.runs()).toEqual(['change 2 planned: unit queued']);
    expect(await warnings()).toEqual([
      '`paths` were not looked at, so everything runs: the commit has no history in common with its base',
    ]);
  });

  test('asks git for no difference where nobody has `paths`', async () => {
    await open(2, {}, {});
    expect(forge.source.compared).toBe(0);
  });

  test('under every-commit has each of its commits judged by itself, and whole', async () => {
    await forge.close();
    await start('every-commit');
    forge.commit(1, { file: ofSource });
    push('fix', {
      2: { on: 1, file: ofSource, files: ['docs/a.md'] },
      3: { on: 2, file: ofSource, files: ['src/a.c'] },
    });
    await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
    await forge.prepare();
    expect((await forge.runs()).sort()).toEqual([
      'change 2 planned: unit skipped',
      'change 3 planned: unit queued',
    ]);
  });
});

describe('a push', () => {
  const docs = { file: ofSource, files: ['docs/a.md'] };
  const source = { file: ofSource, files: ['src/a.c'] };

  test('is all that it brought, not its last commit', async () => {
    await land({ 2: { on: 1, ...source }, 3: { on: 2, ...docs } });
    expect(await forge.runs()).toEqual(['landed 3 planned: unit queued']);
    await land({ 4: { on: 3, ...docs } });
    expect(await forge.runs()).toContain('landed 4 planned: unit skipped');
  });

  test('under every-commit is each commit by itself, and its head by all of them', async () => {
    await forge.close();
    await start('every-commit');
    await land({ 2: { on: 1, ...source }, 3: { on: 2, ...docs }, 4: { on: 3, ...docs } });
    expect((await forge.runs()).sort()).toEqual([
      'landed 2 planned: unit queued',
      'landed 3 planned: unit skipped',
      'landed 4 planned: unit queued',
    ]);
  });

  test.each([
    ['of a new branch', '0'.repeat(40), 'nothing is known of main before 0000000'],
    ['on top of what is gone', commitOf(77), '0000000, on which main was before, is gone'],
  ])('%s runs everything', async (_, before, why) => {
    forge.refuse(77);
    await land({ 2: { on: 1, ...docs } }, { before });
    expect(await forge.runs()).toEqual(['landed 2 planned: unit queued']);
    expect(await warnings()).toEqual([`\`paths\` were not looked at, so everything runs: ${why}`]);
  });

  test('that takes commits back is what it takes back', async () => {
    await land({ 2: { on: 1, ...source } });
    await land({ 3: { on: 1, ...docs } }, { before: commitOf(2) });
    expect(await forge.runs()).toContain('landed 3 planned: unit queued');
  });

  test('that merges a pull request is all of that, however it is heard of', async () => {
    forge.commit(1, docs);
    push('fix', { 2: { on: 1, ...source } });
    await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
    // Rebased: two commits, of which the last touches nothing.
    forge.commit(8, { on: 1, ...source });
    const mergeSha = forge.commit(9, { on: 8, ...docs });
    const [closed] = forge.github.mergePull({ repository, number: 1, mergeSha });
    if (!closed) throw new Error('a merge is an event');
    await forge.deliver(closed);
    await forge.prepare();
    expect(await forge.runs()).toContain('landed 9 planned: unit queued');
  });

  test('that says [skip ci] is skipped, and green', async () => {
    await land({ 2: { on: 1, title: 'Mend a word\n\n[skip ci]' } });
    expect(await forge.runs()).toEqual(['landed 2 planned: default skipped']);
    expect(await forge.statuses()).toEqual(['paddock/linux success: skipped: the commit says [skip ci]']);
  });
});

describe('what was skipped', () => {
  const rerun = async () => {
    const { id } = await forge.newestRun();
    await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at: lab.clock.now }));
  };

  test('runs when somebody runs a run again in which there is nothing else', async () => {
    await open(2, { file: ofSource, files: ['docs/a.md'] });
    await rerun();
    expect(await forge.runs()).toEqual(['change 2 planned: unit queued']);
  });

  test('stays so when the rest runs again', async () => {
    const both = 'version: 1\nsuites: { unit: { steps: [a], paths: [src/**] }, lint: { steps: [b] } }\n';
    await open(2, { file: both, files: ['docs/a.md'] }, { file: both });
    const cancel = {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'by Kim',
    } as const;
    const { id } = await forge.newestRun();
    await lab.store.write(tx => lab.runs.apply(tx, id, cancel));
    expect(await forge.runs()).toEqual(['change 2 planned: unit skipped, lint cancelled']);
    await rerun();
    expect(await forge.runs()).toEqual(['change 2 planned: unit skipped, lint queued']);
  });

  test('is no more than that when a newer commit comes', async () => {
    await open(2, { file: ofSource, files: ['docs/a.md'] });
    await forge.deliver(
      ...forge.github.push({
        repository,
        branch: 'fix',
        commits: [{ sha: forge.commit(3, { on: 2, file: ofSource }) }],
      }),
    );
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: unit skipped', 'change 3 planned: unit queued']);
  });
});
