import { typeid } from 'typeid-js';
import { describe, expect, test } from 'vitest';
import { commitSha, coordinatorId, hostId, machineId, runId, slug } from '#shared/ids.ts';
import { isReplySubjectOf, peerPermissions, senderOf, subjects } from '#shared/subjects.ts';

const machine = machineId.parse(typeid('machine').toString());
const other = machineId.parse(typeid('machine').toString());
const host = hostId.parse(typeid('host').toString());
const owner = coordinatorId.parse(typeid('coordinator').toString());

test('subjects name the peer that the server has bound to them', () => {
  expect(subjects.up(host, 'report')).toBe(`up.${host}.report`);
  expect(subjects.log(owner, machine)).toBe(`log.${owner}.${machine}`);
  expect(subjects.down(machine)).toBe(`down.${machine}`);
});

test('the sender is read from the subject', () => {
  expect(senderOf(subjects.up(machine, 'renew'))).toBe(machine);
  expect(senderOf(subjects.log(owner, machine))).toBe(machine);
  expect(senderOf('up')).toBe('');
});

describe('an answer goes', () => {
  test('to the inbox of the sender', () => {
    expect(isReplySubjectOf(machine, `${subjects.inboxPrefix(machine)}.abc.1`)).toBe(true);
  });

  test.each([
    ['nowhere without a reply subject', undefined],
    ['not to the inbox of another', `_INBOX.${other}.abc`],
    ['not to a longer name that begins alike', `_INBOX.${machine}x.abc`],
    ['not to a subject of the system', `up.${other}.finished`],
    ['not to the bare prefix', `_INBOX.${machine}`],
  ])('%s', (_, reply) => {
    expect(isReplySubjectOf(machine, reply)).toBe(false);
  });
});

/** What the server does with a template: fills in the name, then compares token by token. */
function allows(patterns: readonly string[], name: string, subject: string): boolean {
  const tokens = subject.split('.');
  return patterns.some(pattern => {
    const parts = pattern.replaceAll('{{name()}}', name).split('.');
    const isOpen = parts.at(-1) === '>';
    if (isOpen ? tokens.length < parts.length : tokens.length !== parts.length) return false;
    return parts.every((part, i) => part === '>' || part === '*' || part === tokens[i]);
  });
}

describe('a peer', () => {
  const { publish, subscribe } = peerPermissions;

  test('may use its own subjects', () => {
    for (const verb of ['renew', 'finished', 'report'] as const)
      expect(allows(publish, machine, subjects.up(machine, verb))).toBe(true);
    expect(allows(publish, machine, subjects.log(owner, machine))).toBe(true);
    expect(allows(subscribe, machine, subjects.down(machine))).toBe(true);
    expect(allows(subscribe, machine, `${subjects.inboxPrefix(machine)}.abc.1`)).toBe(true);
  });

  test('may not speak as another, nor to it, nor listen to it', () => {
    for (const subject of [subjects.up(other, 'renew'), subjects.log(owner, other), subjects.down(other)])
      expect(allows(publish, machine, subject)).toBe(false);
    for (const subject of [subjects.down(other), `_INBOX.${other}.a`, subjects.upAll('renew'), '>'])
      expect(allows(subscribe, machine, subject)).toBe(false);
  });
});

describe('ids', () => {
  test('are those that the library of the store makes', () => {
    for (let i = 0; i < 100; i++) expect(runId.safeParse(typeid('run').toString()).success).toBe(true);
  });

  test.each([
    typeid('job').toString(),
    'run_',
    `run_${'8'.repeat(26)}`,
    `run_${'0'.repeat(25)}u`,
    `RUN_${'0'.repeat(26)}`,
    `run_${'0'.repeat(26)}\n`,
    `run_${'0'.repeat(26)}.>`,
  ])('%j is not one of a run', text => {
    expect(runId.safeParse(text).success).toBe(false);
  });

  test('a commit is named in full', () => {
    expect(commitSha.safeParse('a'.repeat(40)).success).toBe(true);
    expect(commitSha.safeParse('a'.repeat(64)).success).toBe(true);
    for (const text of ['a'.repeat(7), 'A'.repeat(40), 'HEAD', `${'a'.repeat(40)}\n`])
      expect(commitSha.safeParse(text).success).toBe(false);
  });

  test.each(['a', 'debian-12', 'openbsd-7.9', 'x'.repeat(64)])('%s is a name', name => {
    expect(slug.safeParse(name).success).toBe(true);
  });

  test.each(['', '-a', 'a-', 'A', 'a b', 'a/b', '..', 'ä', 'x'.repeat(65), 'a\n'])('%j is no name', name => {
    expect(slug.safeParse(name).success).toBe(false);
  });
});
