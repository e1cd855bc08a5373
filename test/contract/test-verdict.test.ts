import { expect, test } from 'vitest';
import { countDisagreements, type Evidence, judgeFailure, type Results } from '#shared/test-verdict.ts';

const [p, f] = ['passed', 'failed'] as const;
const twelve: Results = Array.from({ length: 12 }, () => p);
const usual: Evidence = {
  image: 'netbsd-10',
  isInfrastructure: false,
  isReportedFlaky: false,
  sameCommit: [f],
  base: { name: 'main', results: twelve },
  disagreements: 0,
};

const cases: [what: string, evidence: Partial<Evidence>, kind: string, text: string][] = [
  ['it always passed there', {}, 'new', 'passed on main 12 of 12 times on netbsd-10'],
  [
    'it passed there the one time',
    { base: { name: 'main', results: [p] } },
    'new',
    'passed on main 1 of 1 time on netbsd-10',
  ],
  [
    'it passes there again',
    { base: { name: 'main', results: [p, f] } },
    'new',
    'passed on main 1 of 2 times on netbsd-10',
  ],
  [
    'it fails there',
    { base: { name: 'main', results: [f, p, p] } },
    'known',
    'failed on main too, 1 of 3 times on netbsd-10',
  ],
  [
    'it never passed there',
    { base: { name: 'main', results: [f, f] } },
    'known',
    'failed on main too, 2 of 2 times on netbsd-10',
  ],
  [
    'it was never tested there',
    { base: { name: 'main', results: [] } },
    'unclear',
    'main has no result of it on netbsd-10 yet',
  ],
  [
    'it passed on this commit',
    { sameCommit: [f, p] },
    'flaky',
    'passed 1 of 2 times on this very commit on netbsd-10',
  ],
  [
    'it passed on this commit and fails there',
    { sameCommit: [p, f], base: { name: 'main', results: [f] } },
    'flaky',
    'passed 1 of 2 times on this very commit on netbsd-10',
  ],
  [
    'it changes its mind there',
    { disagreements: 2, base: { name: 'main', results: [f, p] } },
    'flaky',
    'passed on main 1 of 2 times on netbsd-10; 2 commits there had both results',
  ],
  ['its tool says so', { isReportedFlaky: true }, 'flaky', 'failed and then passed in one job on netbsd-10'],
  [
    'its machine broke',
    { isInfrastructure: true, sameCommit: [f, p] },
    'infrastructure',
    "no result on netbsd-10: the fault is not the commit's",
  ],
];

test.each(cases)('a failure where %s is %3$s', (_, evidence, kind, text) => {
  expect(judgeFailure({ ...usual, ...evidence })).toEqual({ kind, text });
});

test('only a commit with both results counts as a disagreement', () => {
  const results = [
    { commit: 'a', result: p },
    { commit: 'a', result: f },
    { commit: 'b', result: f },
    { commit: 'c', result: p },
    { commit: 'c', result: p },
  ];
  expect(countDisagreements(results)).toBe(1);
});
