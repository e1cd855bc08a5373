/** What has landed, where what lands after it ends it: `landed: supersede`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { built } from '../support/memory-mirror.ts';
import { addHost, addMachine, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab, { landed: 'supersede', branches: ['main', 'stable'] });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const push = (n: number, { on = n - 1, branch = 'main', isForced = false } = {}) => {
  const sha = forge.commit(n, { on, file: built });
  return forge.github.push({ repository, branch, commits: [{ sha }], isForced });
};
/** The branch is set to a commit that is there already. */
const setTo = (n: number, branch = 'main') =>
  forge.github.push({ repository, branch, commits: [{ sha: commitOf(n) }], isForced: true });
const land = async (...events: ReturnType<typeof push>) => {
  await forge.deliver(...events);
  await forge.prepare();
};
const over = 'planned: default superseded, build superseded';
const waits = 'planned: default queued, build blocked(needs)';

test('what waits ends, on merge jobs too, with the words of a pull request', async () => {
  await land(...push(2));
  await land(...push(3));
  expect(await forge.runs()).toEqual([`landed 2 ${over}`, `landed 3 ${waits}`]);
  const said = (await forge.statuses()).filter(text => text.startsWith('paddock/linux error'));
  expect(said).toEqual(['paddock/linux error: superseded by a newer commit: 0000000 is newer']);
});

test('what runs is stopped', async () => {
  await land(...push(2));
  await addMachine(lab, await addHost(lab));
  await lab.schedule();
  await land(...push(3));
  expect((await forge.runs())[0]).toBe('landed 2 planned: default cancelling, build superseded');
});

test('what had ended keeps its result, and nothing is said of it', async () => {
  await land(...push(2));
  await land(...push(3));
  const before = (await forge.statuses()).length;
  await land(...push(4));
  expect((await forge.runs())[0]).toBe(`landed 2 ${over}`);
  const fresh = (await forge.statuses()).slice(before);
  expect(fresh.filter(text => text.includes('error'))).toHaveLength(2);
});

test('what was not prepared yet is dropped; who asks for it again gets it', async () => {
  forge.refuse(2, 'host-unreachable');
  await land(...push(2));
  expect(await forge.runs()).toEqual(['landed 2 preparing']);
  await land(...push(3));
  forge.accept(2);
  expect((await forge.runs())[0]).toBe('landed 2 dropped');
  const [dropped] = (await lab.store.read.selectFrom('run').select('id').orderBy('id').execute()) as [
    { id: Parameters<typeof lab.runs.apply>[1] },
  ];
  await lab.store.write(tx => lab.runs.apply(tx, dropped.id, { type: 'rerun-requested', at: lab.now() }));
  await forge.prepare();
  expect((await forge.runs())[0]).toBe(`landed 2 ${waits}`);
});

test('a delivery that comes late, or twice, ends nothing that is newer', async () => {
  const late = push(2);
  await land(...push(3));
  await land(...late);
  await land(...late);
  expect(await forge.runs()).toEqual([`landed 3 ${waits}`, `landed 2 ${waits}`]);
  await land(...push(4));
  expect(await forge.runs()).toEqual([`landed 3 ${over}`, `landed 2 ${over}`, `landed 4 ${waits}`]);
});

describe('where suites have paths', () => {
  const byPaths =
    'version: 1\nsuites:\n  code: { steps: [make], paths: [src/**] }\n  docs: { steps: [make], paths: [docs/**] }\n';
  const pushFile = (n: number, file: string, on = n - 1) => {
    const sha = forge.commit(n, { on, file: byPaths, files: [file] });
    return forge.github.push({ repository, branch: 'main', commits: [{ sha }] });
  };

  test('what only the older ones had changed is tested with the newer', async () => {
    await land(...pushFile(2, 'docs/a.md'));
    await land(...pushFile(3, 'src/a.c'));
    await land(...pushFile(4, 'src/b.c'));
    expect(await forge.runs()).toEqual([
      'landed 2 planned: code skipped, docs superseded',
      'landed 3 planned: code superseded, docs superseded',
      'landed 4 planned: code queued, docs queued',
    ]);
  });

  test('what came late is tested by itself, and with what ends it', async () => {
    const late = pushFile(2, 'docs/a.md');
    await land(...pushFile(3, 'src/a.c'));
    await land(...late);
    expect(await forge.runs()).toEqual([
      'landed 3 planned: code queued, docs skipped',
      'landed 2 planned: code skipped, docs queued',
    ]);
    await land(...pushFile(4, 'src/b.c'));
    expect((await forge.runs())[2]).toBe('landed 4 planned: code queued, docs queued');
  });
});

test('what cannot be tested itself ends nothing', async () => {
  await land(...push(2));
  const sha = forge.commit(3, { on: 2, file: 'version: 2' });
  await land(...forge.github.push({ repository, branch: 'main', commits: [{ sha }] }));
  expect(await forge.runs()).toEqual([`landed 2 ${waits}`, 'landed 3 refused']);
  await land(...push(4));
  expect(await forge.runs()).toEqual([`landed 2 ${over}`, 'landed 3 refused', `landed 4 ${waits}`]);
});

test('what was pushed while nobody listened hides nothing: git knows what is older', async () => {
  await land(...push(2));
  push(3);
  await land(...push(4));
  expect(await forge.runs()).toEqual([`landed 2 ${over}`, `landed 4 ${waits}`]);
});

test('a merge ends what landed before it', async () => {
  await land(...push(2));
  push(3, { on: 2, branch: 'fix' });
  await land(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  const mergeSha = forge.commit(9, { on: 3, file: built });
  await land(...forge.github.mergePull({ repository, number: 1, mergeSha }));
  expect(await forge.runs()).toEqual([
    `landed 2 ${over}`,
    'change 3 planned: default queued',
    `landed 9 ${waits}`,
  ]);
});

describe('another branch', () => {
  test('is left alone', async () => {
    await land(...push(2));
    await land(...push(3, { on: 1, branch: 'stable' }));
    expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 3 ${waits}`]);
  });

  test('at the same commit keeps it from being ended', async () => {
    await land(...push(2));
    await land(...setTo(2, 'stable'));
    await land(...push(3));
    expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 3 ${waits}`]);
  });

  test('that comes to a commit that was ended has it tested', async () => {
    await land(...push(2));
    await land(...push(3));
    await land(...setTo(2, 'stable'));
    expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 3 ${waits}`]);
  });
});

describe('a branch that is set back', () => {
  test('has what it is at tested again, and what it was at ends', async () => {
    await land(...push(2));
    await land(...push(3));
    const back = setTo(2);
    await land(...back);
    expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 3 ${over}`]);
    await land(...back);
    expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 3 ${over}`]);
    await land(...setTo(3));
    expect(await forge.runs()).toEqual([`landed 2 ${over}`, `landed 3 ${waits}`]);
  });

  test('to a commit that has not landed by itself is not taken for an old word', async () => {
    forge.commit(2, { on: 1, file: built });
    await land(...push(3, { on: 2 }));
    await land(...setTo(2));
    expect(await forge.runs()).toEqual([`landed 3 ${over}`, `landed 2 ${waits}`]);
  });

  test('to another history ends what is gone from it', async () => {
    await land(...push(2));
    await land(...push(5, { on: 1, isForced: true }));
    expect(await forge.runs()).toEqual([`landed 2 ${over}`, `landed 5 ${waits}`]);
  });
});

test('histories that cannot be compared end nothing', async () => {
  await land(...push(2));
  push(7, { on: 1, isForced: true });
  await land(...push(8, { on: 7 }));
  expect(await forge.runs()).toEqual([`landed 2 ${waits}`, `landed 8 ${waits}`]);
});
