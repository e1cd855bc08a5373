/** What counts from where: situation × what the commit says × what its base says → what is tested, and what is said. */
import { describe, expect, test } from 'vitest';
import { type CommitSource, type Onto, planCommit } from '#coordinator/runs/plan-commit.ts';
import type { PlannedJob } from '#coordinator/runs/planned-job.ts';
import type { SuiteFileReading } from '#coordinator/runs/prepare-ports.ts';
import type { RunFacts } from '#coordinator/runs/run-facts.ts';
import type { Changed } from '#coordinator/runs/scope.ts';
import { type SuiteFileInput, suiteFile } from '#shared/suite-file.ts';
import { imageOf } from '../support/brain-lab.ts';

type Written = Omit<SuiteFileInput, 'version'>;
const usual: RunFacts = {
  fullName: 'acme/rocket',
  purpose: 'change',
  isTrusted: true,
  runsAtOnce: true,
  neverIsolated: new Set(),
  images: null,
  landed: false,
  mayRunUnisolated: true,
  unisolated: new Set(),
};
const situations = {
  'trusted change': {},
  'untrusted change': { isTrusted: false, runsAtOnce: false },
  'change of a known author': { isTrusted: false, runsAtOnce: true },
  'merge group': { purpose: 'merge-group' },
  'merge queue': { purpose: 'merge-queue' },
  landed: { purpose: 'landed', landed: true },
  'by hand': { purpose: 'manual' },
} satisfies Record<string, Partial<RunFacts>>;

const required = (name: string) => {
  const image = imageOf(name);
  return { ...image, serves: { ...image.serves, gate: 'required' as const } };
};
/** A merge waits for linux and for bsd, not for plan9. */
const images = [required('bsd'), required('linux'), imageOf('plan9')];

const reading = (file: Written | null) =>
  file
    ? { type: 'file' as const, file: suiteFile.parse({ version: 1, ...file }) }
    : { type: 'absent' as const };

type Given = {
  head: Written | null;
  base?: Written | null;
  changed?: Changed | string[];
  marker?: string;
  /** In place of the base. */
  reads?: SuiteFileReading;
  /** Further bases, of other pull requests at the commit. */
  others?: Onto[];
};

function plan(situation: keyof typeof situations, { head, base, changed = { type: 'all' }, ...more }: Given) {
  const facts: RunFacts = { ...usual, ...situations[situation] };
  const isMerged = ['change', 'merge-group', 'merge-queue'].includes(facts.purpose);
  const source: CommitSource = {
    head: reading(head),
    onto: [
      {
        base: isMerged ? { ref: 'main', reading: more.reads ?? reading(base ?? null) } : null,
        branch: 'main',
        changed: Array.isArray(changed) ? { type: 'files', files: changed } : changed,
      },
      ...(more.others ?? []),
    ],
    marker: more.marker ?? null,
  };
  return planCommit(source, images, facts, 1_000);
}

/** As `unit bsd+linux queued`: suites with the same fate, by image. */
function shown(planned: ReturnType<typeof plan>): string[] {
  if (!('jobs' in planned)) return [JSON.stringify(planned)];
  const fates = new Map<string, string[]>();
  for (const job of planned.jobs) {
    const key = `${job.suite} … ${fateOf(job)}`;
    fates.set(key, [...(fates.get(key) ?? []), job.image]);
  }
  return [...fates].map(([key, on]) => key.replace('…', on.sort().join('+')));
}
const fateOf = ({ state }: PlannedJob): string =>
  state.status === 'settled'
    ? `${state.byPlan === 'left-out' ? 'red' : 'green'}: ${state.message}`
    : state.status === 'blocked'
      ? `waits for ${state.on}`
      : state.status;

const leaves = (suite: string, image: string) =>
  `${suite} ${image} red: ${suite} on ${image} is required by main and this commit's .paddock.yml leaves it out; rebase, or put it back`;

const steps = ['make check'];
const unit = { suites: { unit: { steps } } };
const withPaths = (...paths: string[]) => ({ suites: { unit: { steps, paths } } });
const docs = ['docs/a.md'];
const skipped = 'unit bsd+linux+plan9 green: no file of src/** changed';
const all = 'unit bsd+linux+plan9 queued';
const waiting = 'unit bsd+linux+plan9 waits for approval';

describe('what is required', () => {
  test.each<[string, keyof typeof situations, Given, string[]]>([
    ['the same on both sides', 'trusted change', { head: unit, base: unit }, [all]],
    ['no file on the base', 'trusted change', { head: unit, base: null }, [all]],
    [
      'a suite is left out',
      'trusted change',
      { head: { suites: { lint: { steps } } }, base: { suites: { ...unit.suites, lint: { steps } } } },
      ['lint bsd+linux+plan9 queued', leaves('unit', 'bsd'), leaves('unit', 'linux')],
    ],
    [
      'a suite is called otherwise, by somebody nobody trusts',
      'untrusted change',
      { head: { suites: { tests: { steps } } }, base: unit },
      ['tests bsd+linux+plan9 waits for approval', leaves('unit', 'bsd'), leaves('unit', 'linux')],
    ],
    [
      'a suite runs on fewer images',
      'untrusted change',
      { head: { suites: { unit: { steps, images: ['linux', 'plan9'] } } }, base: unit },
      ['unit linux+plan9 waits for approval', leaves('unit', 'bsd')],
    ],
    [
      'a suite is left out by what it needs',
      'trusted change',
      {
        head: { suites: { a: { steps, images: ['bsd'] }, unit: { steps, needs: ['a'] } } },
        base: unit,
      },
      ['a bsd queued', 'unit bsd waits for needs', leaves('unit', 'linux')],
    ],
    [
      'the file is removed',
      'trusted change',
      { head: null, base: unit },
      [leaves('unit', 'bsd'), leaves('unit', 'linux')],
    ],
    [
      'the file is removed, and nothing in it was required',
      'trusted change',
      { head: null, base: { suites: { unit: { steps, images: ['plan9'] } } } },
      ['{"empty":"the commit has no .paddock.yml"}'],
    ],
    ['nothing is there at all', 'trusted change', { head: null, base: null }, ['{"absent":true}']],
    [
      'a new suite is required from its first commit',
      'trusted change',
      { head: { suites: { ...unit.suites, lint: { steps } } }, base: unit },
      [all, 'lint bsd+linux+plan9 queued'],
    ],
    [
      'the same holds for a merge group',
      'merge group',
      { head: null, base: unit },
      [leaves('unit', 'bsd'), leaves('unit', 'linux')],
    ],
    [
      'what has landed is as it is',
      'landed',
      { head: { suites: { tests: { steps } } } },
      ['tests bsd+linux+plan9 queued'],
    ],
    ['whoever asks by hand gets what there is', 'by hand', { head: unit }, [all]],
  ])('%s: %s', (_, situation, given, expected) => {
    expect(shown(plan(situation, given))).toEqual(expected);
  });

  test('what is red for being left out stands where it stood, and holds the merge up', () => {
    const planned = plan('trusted change', { head: { suites: { lint: { steps } } }, base: unit });
    const [, , , gone] = 'jobs' in planned ? planned.jobs : [];
    expect(gone).toMatchObject({
      position: 1,
      definition: { gate: 'required' },
      state: { outcome: 'failed' },
    });
  });

  test('a base whose file cannot be read requires nothing, and that is said', () => {
    const bad = { type: 'bad' as const, message: '.paddock.yml:1:1 unknown key', position: null };
    const planned = plan('untrusted change', { head: unit, reads: bad });
    expect(shown(planned)).toEqual([waiting]);
    expect(planned).toMatchObject({
      warnings: [
        'the .paddock.yml of main cannot be read, so everything counts from this commit: .paddock.yml:1:1 unknown key',
      ],
    });
  });
});

describe('when a suite runs', () => {
  test.each<[string, keyof typeof situations, Given, string[]]>([
    [
      'its files did not change',
      'trusted change',
      { head: withPaths('src/**'), base: withPaths('src/**'), changed: docs },
      [skipped],
    ],
    [
      'also of what nobody trusts',
      'untrusted change',
      { head: withPaths('src/**'), base: withPaths('src/**'), changed: docs },
      [skipped],
    ],
    [
      'one of its files changed',
      'trusted change',
      { head: withPaths('src/**'), base: withPaths('src/**'), changed: ['docs/a.md', 'src/a.c'] },
      [all],
    ],
    [
      'the base has no `paths`',
      'untrusted change',
      { head: withPaths('src/**'), base: unit, changed: docs },
      [waiting],
    ],
    [
      'the base has other `paths`',
      'untrusted change',
      { head: withPaths('nothing'), base: withPaths('docs'), changed: docs },
      [waiting],
    ],
    [
      'the commit has none',
      'untrusted change',
      { head: unit, base: withPaths('src/**'), changed: docs },
      [skipped],
    ],
    [
      'the base has no such suite',
      'trusted change',
      { head: withPaths('src/**'), base: { suites: { lint: { steps, images: ['plan9'] } } }, changed: docs },
      [skipped],
    ],
    [
      'no file on the base',
      'trusted change',
      { head: withPaths('src/**'), base: null, changed: docs },
      [skipped],
    ],
    [
      'the suite file changed too',
      'untrusted change',
      { head: withPaths('src/**'), base: withPaths('src/**'), changed: [...docs, '.paddock.yml'] },
      [waiting],
    ],
    [
      'too much changed',
      'trusted change',
      { head: withPaths('src/**'), base: withPaths('src/**'), changed: { type: 'unknown', why: 'a lot' } },
      [all],
    ],
    [
      'a suite is left out, of which nothing changed',
      'trusted change',
      { head: { suites: { lint: { steps, images: ['plan9'] } } }, base: withPaths('src/**'), changed: docs },
      ['lint plan9 queued', 'unit bsd+linux green: no file of src/** changed'],
    ],
    ['on what has landed', 'landed', { head: withPaths('src/**'), changed: docs }, [skipped]],
    ['by hand', 'by hand', { head: withPaths('src/**'), changed: docs }, [all]],
    [
      'all but some files',
      'landed',
      { head: withPaths('!docs', '!**/*.md'), changed: docs },
      ['unit bsd+linux+plan9 green: only docs, **/*.md changed'],
    ],
    [
      'many patterns',
      'landed',
      { head: withPaths('a', 'b', 'c', 'd', 'e'), changed: docs },
      ['unit bsd+linux+plan9 green: no file of a, b, c and 2 more changed'],
    ],
    ['nothing changed', 'landed', { head: withPaths('src/**'), changed: [] }, [skipped]],
  ])('%s (%s)', (_, situation, given, expected) => {
    expect(shown(plan(situation, given))).toEqual(expected);
  });

  test('what could not be told is said where it would have made a difference', () => {
    const changed: Changed = { type: 'unknown', why: 'a lot changed' };
    const warning = '`paths` were not looked at, so everything runs: a lot changed';
    expect(plan('landed', { head: withPaths('src/**'), changed })).toMatchObject({ warnings: [warning] });
    expect(plan('landed', { head: unit, changed })).toMatchObject({ warnings: [] });
  });

  test.each<[string, keyof typeof situations, object, object, string]>([
    [
      'only what has landed',
      'trusted change',
      { on: ['landed'] },
      { on: ['landed'] },
      'green: not for pull requests',
    ],
    ['only pull requests', 'landed', { on: ['change'] }, {}, 'green: for pull requests only'],
    ['pull requests, as a merge group', 'merge group', { on: ['change'] }, { on: ['change'] }, 'queued'],
    ['what the base says of it', 'trusted change', { on: ['landed'] }, {}, 'queued'],
    [
      'another branch',
      'trusted change',
      { branches: ['dev'] },
      { branches: ['release/*', 'dev'] },
      'green: not for main, only for release/*, dev',
    ],
    ['this branch', 'landed', { branches: ['m*'] }, {}, 'queued'],
    ['any branch but this', 'landed', { branches: ['!main'] }, {}, 'green: not for main, only for !main'],
    ['anything, by hand', 'by hand', { on: ['landed'], branches: ['dev'] }, {}, 'queued'],
  ])('asked for: %s (%s)', (_, situation, head, base, fate) => {
    const suites = (more: object) => ({ suites: { unit: { steps, ...more } } });
    expect(shown(plan(situation, { head: suites(head), base: suites(base) }))).toEqual([
      `unit bsd+linux+plan9 ${fate}`,
    ]);
  });
});

describe('a commit that says [skip ci]', () => {
  const marker = '[skip ci]';
  const built = { ...unit, 'on-merge': { dist: { steps: ['make dist'] } } };

  test('skips everything where it has landed', () => {
    expect(shown(plan('landed', { head: built, marker }))).toEqual([
      'unit bsd+linux+plan9 green: the commit says [skip ci]',
      'dist bsd+linux+plan9 green: the commit says [skip ci]',
    ]);
  });

  test.each(['trusted change', 'untrusted change'] as const)(
    'turns nothing green untested that a merge waits for (%s)',
    situation => {
      const fate = situation === 'untrusted change' ? 'waits for approval' : 'queued';
      expect(shown(plan(situation, { head: unit, base: unit, marker }))).toEqual([
        `unit bsd+linux ${fate}`,
        'unit plan9 green: the commit says [skip ci]',
      ]);
    },
  );

  /** Its message is made of titles: one pull request would excuse those that are merged with it. */
  test.each(['merge group', 'merge queue'] as const)(
    'is tested whole where a merge made it (%s)',
    situation => {
      expect(shown(plan(situation, { head: unit, base: unit, marker }))).toEqual([all]);
    },
  );

  test('is tested all the same when somebody asks', () => {
    expect(shown(plan('by hand', { head: unit, marker }))).toEqual([all]);
  });
});

describe('how long what nobody trusts may run', () => {
  const timed = (timeout: string, step: object = {}) => ({
    suites: { unit: { timeout, steps: [{ run: 'make', ...step }] } },
  });
  const limitsOf = (situation: keyof typeof situations, head: Written, base: Written | null) => {
    const planned = plan(situation, { head, base });
    if (!('jobs' in planned)) throw new Error(JSON.stringify(planned));
    const [job] = planned.jobs;
    const [step] = job?.definition.steps ?? [];
    const minutes = [job?.definition.deadlineMs, step?.timeoutMs, step?.idleTimeoutMs].map(
      ms => (ms ?? 0) / 60_000,
    );
    return { minutes, warnings: planned.warnings };
  };
  const base = timed('20m', { timeout: '5m', 'idle-timeout': '1m' });
  const longer = timed('2h', { timeout: '90m', 'idle-timeout': '90m' });
  const shorter = timed('10m', { timeout: '2m', 'idle-timeout': '30s' });

  test('is for its base to say, and that is said', () => {
    expect(limitsOf('untrusted change', longer, base)).toEqual({
      minutes: [20, 5, 1],
      warnings: ['suite unit asks for longer timeouts than main gives it; those of main count'],
    });
  });

  test('may be less', () => {
    expect(limitsOf('untrusted change', shorter, base)).toEqual({ minutes: [10, 2, 0.5], warnings: [] });
  });

  test('is the longest of any suite for one that the base does not have', () => {
    const other = {
      suites: { other: { timeout: '3h', steps: [{ run: 'a', timeout: '15m', 'idle-timeout': '3m' }] } },
    };
    const two = { suites: { ...base.suites, ...other.suites } };
    const added = {
      suites: {
        fresh: { timeout: '6h', steps: [{ run: 'make', timeout: '6h', 'idle-timeout': '6h' }] },
        ...two.suites,
      },
    };
    expect(limitsOf('untrusted change', added, two).minutes).toEqual([180, 15, 3]);
  });

  test('is as usual where the base says nothing', () => {
    expect(limitsOf('untrusted change', longer, timed('6h')).minutes).toEqual([120, 60, 10]);
    expect(limitsOf('untrusted change', longer, null).minutes).toEqual([120, 90, 90]);
  });

  test('is their own business where somebody with write access wrote it', () => {
    expect(limitsOf('trusted change', longer, base)).toEqual({ minutes: [120, 90, 90], warnings: [] });
  });
});

describe('a suite that needs one of which nothing is asked', () => {
  const file = (more: object = {}) => ({
    suites: {
      lint: { steps, images: ['linux'], paths: ['src/**'] },
      unit: { steps, images: ['linux'] },
      e2e: { steps, images: ['linux'], needs: ['lint'], ...more },
    },
  });

  test('begins at once', () => {
    expect(shown(plan('landed', { head: file(), changed: docs }))).toEqual([
      'lint linux green: no file of src/** changed',
      'unit linux queued',
      'e2e linux queued',
    ]);
  });

  test('keeps the leave that its author has, and so does what is skipped', () => {
    const planned = plan('change of a known author', { head: file(), base: file(), changed: docs });
    const states = 'jobs' in planned ? planned.jobs.map(({ state }) => [state.status, state.approvedAt]) : [];
    expect(states).toEqual([
      ['settled', 1_000],
      ['queued', 1_000],
      ['queued', 1_000],
    ]);
  });

  test('waits for the others that it needs, and for approval', () => {
    const both = { needs: ['lint', 'unit'] };
    expect(shown(plan('landed', { head: file(both), changed: docs }))).toContain('e2e linux waits for needs');
    const untrusted = { head: file(), base: file(), changed: docs };
    expect(shown(plan('untrusted change', untrusted))).toContain('e2e linux waits for approval');
  });

  test('is skipped itself only where it says so', () => {
    const own = file({ paths: ['e2e/**'] });
    expect(shown(plan('landed', { head: own, changed: docs }))).toContain(
      'e2e linux green: no file of e2e/** changed',
    );
  });

  test('is what is built on merge, as long as that is asked for', () => {
    const dist = { steps, needs: ['lint'], kind: 'once' as const };
    const built = { ...file(), 'on-merge': { dist, pages: { steps, paths: ['www/**'] } } };
    const planned = plan('landed', { head: built, changed: docs });
    expect(shown(planned)).toContain('dist linux queued');
    expect(shown(planned)).toContain('pages linux green: no file of www/** changed');
    const made = 'jobs' in planned ? planned.jobs.find(({ suite }) => suite === 'dist') : undefined;
    expect(made?.state.kind).toBe('once');
  });
});
