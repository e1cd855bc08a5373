import { expect, test } from 'vitest';
import { failureOf, wordsOfGit } from '#coordinator/source/git-failure.ts';

test.each([
  ['fatal: remote error: upload-pack: not our ref 0123', 'no-such-commit'],
  ['error: Server does not allow request for unadvertised object 0123', 'no-such-commit'],
  ["fatal: couldn't find remote ref refs/heads/x", 'no-such-commit'],
  [
    "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found",
    'repository-not-found',
  ],
  [
    "fatal: '/srv/x' does not appear to be a git repository\nfatal: Could not read from remote repository.",
    'repository-not-found',
  ],
  ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", 'auth-refused'],
  ["fatal: Authentication failed for 'https://github.com/a/b/'", 'auth-refused'],
  [
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    'auth-refused',
  ],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", 'host-unreachable'],
  [
    "fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused",
    'host-unreachable',
  ],
  ["fatal: unable to access 'https://x/': server certificate verification failed", 'host-unreachable'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 502", 'host-unreachable'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 301", 'repository-moved'],
  [
    'fatal: the remote end hung up unexpectedly\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output',
    'host-unreachable',
  ],
  ['error: file write error: No space left on device\nfatal: index-pack failed', 'disk-full'],
  [
    'error: object 12: hasDotgit: contains .git\nfatal: fsck error in packed object\nfatal: index-pack failed',
    'source-damaged',
  ],
  ["fatal: detected dubious ownership in repository at '/srv/x'", 'git-failed'],
  ['something new', 'git-failed'],
])('%j means %s', (complaint, code) => {
  expect(failureOf(complaint)).toBe(code);
});

test('git is quoted in one line, progress and repetition left out', () => {
  const complaint = 'Receiving objects:  10%\rReceiving objects: 20%\nerror: a\nfatal: b\nfatal: b\n';
  expect(wordsOfGit(complaint)).toBe('error: a; fatal: b');
  expect(wordsOfGit('only this')).toBe('only this');
  expect(wordsOfGit('')).toBe('git said nothing');
  expect(wordsOfGit(`fatal: ${'x'.repeat(1_000)}`)).toHaveLength(400);
});

test('a secret that git repeats is not repeated here', () => {
  expect(wordsOfGit('fatal: bad header s3cret in https://ada:pw@example.com/', ['s3cret'])).toBe(
    'fatal: bad header *** in https://***@example.com/',
  );
});
