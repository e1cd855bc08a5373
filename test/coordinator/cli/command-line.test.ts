import { describe, expect, test } from 'vitest';
import { typeCommand } from './support/type-command.ts';

const verbs = 'run logs runs show cancel rerun approve status deliveries open up demo doctor'.split(' ');

describe('help', () => {
  test('the program’s help has every verb, the exit codes and the environment, in 80 columns', async () => {
    const { code, stdout } = await typeCommand(['--help']);
    expect(code).toBe(0);
    for (const word of [...verbs, 'Exit codes:', 'PADDOCK_URL', 'PADDOCK_DATA', 'NO_COLOR', 'Examples:'])
      expect(stdout).toContain(word);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
  });

  test.each(verbs)('paddock %s --help says what it does, in 80 columns', async verb => {
    const { code, stdout } = await typeCommand([verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: paddock ${verb}`));
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
  });

  test('without a verb the help goes to standard error, because nothing was done', async () => {
    const { code, stdout, stderr } = await typeCommand([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: paddock');
  });

  test('the version is that of the program', async () => {
    expect(await typeCommand(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });
});

describe('what cannot be done is one sentence, what to try is the last line, and the exit code is 2', () => {
  test.each<[string[], RegExp, string]>([
    [['frob'], /unknown command 'frob'/, 'paddock --help'],
    [['statsu'], /Did you mean status\?/, 'paddock --help'],
    [['logs'], /missing required argument 'job-or-attempt'/, 'paddock logs --help'],
    [['runs', '--colour'], /unknown option '--colour'/, 'paddock runs --help'],
    [['runs', '--limit', '0'], /expected a whole number above 0/, 'paddock runs --help'],
    [['logs', 'job_1', '--step', '-1'], /expected a whole number above 0/, 'paddock logs --help'],
    [['run', '--image', 'No Image'], /expected the name of an image/, 'paddock run --help'],
    [['run', 'a', 'b'], /too many arguments/, 'paddock run --help'],
    [['runs'], /none runs on the data directory \/nowhere/, 'paddock up'],
    [['--coordinator', 'nonsense', 'runs'], /no address of a coordinator/, 'paddock --coordinator'],
    [['run', '/nowhere'], /not a directory that can be entered/, 'paddock run PATH-OR-URL'],
  ])('%j', async (args, sentence, hint) => {
    const { code, stdout, stderr } = await typeCommand(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(`→ ${hint}`);
  });
});
