import { expect, test } from 'vitest';
import type { ProcessRow } from '#agent/process-tree/process-table.ts';
import { nameOf, treeMembers } from '#agent/process-tree/tree-members.ts';

/** The agent is 50 below init and a shell; its step is 100. */
const agent = 50;
const leader = { pid: 100, startedAt: 10 };
const row = (pid: number, ppid: number, sid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  ppid,
  pgid: sid,
  sid,
  startedAt: pid / 10,
  isMarked: false,
  ...more,
});
const world = [row(1, 0, 1), row(40, 1, 40), row(agent, 40, 40, { isMarked: true }), row(60, 1, 60)];

const membersOf = (rows: ProcessRow[], of: typeof leader | null = leader) =>
  treeMembers([...world, ...rows], of, agent).map(({ pid }) => pid);

test.each<[string, ProcessRow[], number[]]>([
  ['the step itself', [row(100, agent, 100)], [100]],
  ['its group, when the leader is gone', [row(110, 1, 100)], [110]],
  ['another group of its session', [row(110, 1, 100, { pgid: 110 })], [110]],
  ['a group where sessions are not told', [row(110, 1, 100, { sid: null })], [110]],
  ['what carries the mark', [row(110, 1, 110, { isMarked: true })], [110]],
  [
    'children of what is proven, in any order',
    [row(130, 120, 130), row(120, 110, 120), row(110, 1, 110, { isMarked: true })],
    [130, 120, 110],
  ],
  ['the session of what is proven', [row(110, 1, 110, { isMarked: true }), row(120, 1, 110)], [110, 120]],
  ['no stranger', [row(110, 1, 110), row(120, 60, 60)], []],
  ['nothing older, marked or not', [row(90, agent, 90, { isMarked: true })], []],
  ['nobody in the session of the agent', [row(110, 40, 40)], []],
  [
    'no group whose number was given away again',
    [row(100, 60, 100, { startedAt: 99 }), row(110, 100, 100)],
    [],
  ],
])('members of a step: %s', (_, rows, expected) => {
  expect(membersOf(rows)).toEqual(expected);
});

test('who was proven once stays so when the proof is gone, and its children with it', () => {
  const rows = [...world, row(110, 1, 110), row(120, 110, 120), row(130, 1, 130)];
  const known = new Set([nameOf(row(110, 100, 110)), nameOf(row(130, 100, 130, { startedAt: 1 }))]);
  expect(treeMembers(rows, leader, agent, known).map(({ pid }) => pid)).toEqual([110, 120]);
});

test('without a leader the mark decides, at any age, and the agent and those above it are spared', () => {
  const rows = [row(45, 1, 45, { isMarked: true }), row(46, 45, 46), row(110, 60, 60)];
  expect(membersOf(rows, null)).toEqual([45, 46]);
});

test('an agent below a marked process spares it', () => {
  const rows = [
    row(1, 0, 1),
    row(40, 1, 40, { isMarked: true }),
    row(agent, 40, 40),
    row(70, 1, 70, { isMarked: true }),
  ];
  expect(treeMembers(rows, null, agent).map(({ pid }) => pid)).toEqual([70]);
});
