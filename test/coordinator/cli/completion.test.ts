import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { shells } from '#coordinator/cli/completion.ts';
import { typeCommand } from './support/type-command.ts';

const scriptFor = async (shell: string) => (await typeCommand(['completion', shell])).stdout;

/** What bash would offer after these words. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = words.map(word => `'${word}'`).join(' ');
  const asked = `COMP_WORDS=(paddock ${quoted}); COMP_CWORD=${words.length}; _paddock; echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${await scriptFor('bash')}\n${asked}`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trim().split(' ').filter(Boolean);
}

test('bash offers the verbs that begin with what is typed', async () => {
  expect(await offered('ru')).toEqual(['run', 'runs']);
  expect(await offered('--coordinator', 'http://127.0.0.1:7070', 'do')).toEqual(['doctor']);
});

test('bash offers the options of the verb, and leaves files to itself', async () => {
  expect(await offered('run', '.', '--c')).toEqual(['--commit', '--command']);
  expect(await offered('run', './')).toEqual([]);
});

test.for(shells)('the script for %s is one that the shell can read', async (shell, { skip }) => {
  const script = await scriptFor(shell);
  expect(script).toContain('completion');
  const directory = await mkdtemp(path.join(tmpdir(), 'paddock-completion-'));
  try {
    const file = path.join(directory, 'script');
    await writeFile(file, script);
    const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    if (error) skip(`needs ${shell}`);
    expect([status, stderr]).toEqual([0, '']);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test.each(shells)('every verb is in the script for %s', async shell => {
  const script = await scriptFor(shell);
  const help = (await typeCommand(['--help'])).stdout;
  const verbs = [...help.matchAll(/^ {2}([a-z]+) (?:\[|<| {2})/gm)].map(([, verb]) => verb);
  expect(verbs).toContain('watch');
  for (const verb of verbs) if (verb !== 'help') expect(script).toContain(verb);
});

test('another shell is refused with those that there are', async () => {
  expect(await typeCommand(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bash, zsh, fish'),
  });
});
