/** What every site must do (see `agent/guest/site.ts`), run over each of them. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SourceFailed } from '#agent/guest/errors.ts';
import { program } from '#test/agent/guest/process/step-bench.ts';
import { startGitMirror } from '#test/agent/guest/support/git-mirror.ts';
import { until } from '#test/support/until.ts';
import type { SiteBench } from './site-bench.ts';

const isAlive = (pid: number) => existsSync(`/proc/${pid}/cwd`);

export function describeSite(name: string, open: () => Promise<SiteBench>): void {
  let bench: SiteBench;
  const printedPid = () => Number(/^\d+$/m.exec(bench.text())?.[0]);

  describe(`the site ${name}`, { timeout: 60_000 }, () => {
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench?.close());

    test('says what it is', () => {
      expect(bench.facts).toMatchObject({ os: 'linux', arch: expect.stringMatching(/\w/) });
    });

    test('a step ends with the exit code of its program', async () => {
      const step = await bench.run(program('exits-with', 7));
      expect(step).toMatchObject({ end: { ended: 'exited', exitCode: 7 }, leftBehind: null });
      expect(bench.text()).toBe('exiting with 7\n');
    });

    test('an exit code above 128 is no signal', async () => {
      expect((await bench.run('exit 137')).end).toEqual({ ended: 'exited', exitCode: 137 });
    });

    test('a step that dies by a signal says which', async () => {
      const { end } = await bench.run(program('self-kills', 'SEGV'));
      expect(end).toEqual({ ended: 'exited', exitCode: null, signal: 'SIGSEGV' });
    });

    test('a step works in its directory, with its environment and the mark alone', async () => {
      const env = { PATH: bench.path, COLOUR: 'green', QUOTED: `it's "x"\n $HOME \\n \`y\`` };
      await bench.run(
        'pwd; test -z "$(cat)"; printf "%s\\n" "$QUOTED"; printf "%s\\n" "$COLOUR" "$PADDOCK_MACHINE"',
        { env },
      );
      expect(bench.text()).toBe(`${bench.place.workspace}\n${env.QUOTED}\ngreen\n${bench.machine}\n`);
    });

    test('a step has no variable but those that it is given, the mark, and what its shell adds', async () => {
      await bench.run('env', { env: { PATH: bench.path, COLOUR: 'green' } });
      const names = bench
        .text()
        .split('\n')
        .map(line => line.split('=')[0] ?? '');
      expect(names.filter(one => !/^(?:PWD|OLDPWD|SHLVL|_|PADDOCK_PROXIED|)$/.test(one)).sort()).toEqual([
        ...['COLOUR', 'PADDOCK_MACHINE', 'PATH'],
      ]);
    });

    test('a secret of the environment is in no command line', async () => {
      const secret = 'swordfish-swordfish';
      await bench.run(
        'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\000" " " > all; grep -c sword-again all || true; grep -c "$KEY" all || true',
        {
          env: { PATH: bench.path, KEY: secret },
        },
      );
      expect(bench.text()).toBe('1\n0\n');
    });

    test('secrets that are files are read by steps alone, byte for byte, and are gone when they are dropped', async () => {
      const value = `-----BEGIN-----\nit's "$HOME" \\n \`pwd\`\n%s\n-----END-----\n\n`;
      const { site, place, path } = bench;
      const signal = new AbortController().signal;
      await site.keepSecrets(place, { KEY: value, OTHER: 'swordfish' }, signal);
      const env = { PATH: path, KEY: `${place.secrets}/KEY` };
      await bench.run('ls -l "$KEY" | cut -c1-10; cat "$KEY"', { env });
      expect(bench.text()).toBe(`-rw-------\n${value}`);
      await site.dropSecrets(place);
      await bench.run('ls -d "$(dirname "$KEY")" >/dev/null 2>&1 || echo gone', { env });
      expect(bench.text()).toBe(`-rw-------\n${value}gone\n`);
      await site.dropSecrets(place);
    });

    test('every way of opening stderr anew works, in order, with no byte lost', async () => {
      await bench.run(program('tee-dev-stderr'));
      expect(bench.text()).toBe('one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n');
    });

    test('stdout and stderr keep their order', async () => {
      await bench.run(program('keeps-writing', 5_000));
      const expected = Array.from({ length: 5_000 }, (_, i) => `out ${i}\nerr ${i}\n`).join('');
      expect(bench.text() === expected).toBe(true);
    });

    test('bytes that are no text arrive as they are', async () => {
      await bench.run(program('prints-invalid-utf8'));
      expect(bench.output().toString('latin1')).toBe('a\0b\x80c\xc3\r\n\xff\xfeend\xc3');
    });

    test('three million bytes lose none', async () => {
      await bench.run('head -c 3000000 /dev/zero');
      expect(bench.output().equals(Buffer.alloc(3_000_000))).toBe(true);
    });

    test('output is there while the step runs', async () => {
      const step = bench.run('echo first; while [ ! -e go ]; do sleep 0.05; done; echo second');
      await until('the first line is there', () => bench.text() === 'first\n');
      await writeFile(join(bench.place.workspace, 'go'), '');
      await step;
      expect(bench.text()).toBe('first\nsecond\n');
    });

    test('a step that closes its output and works on is not over', async () => {
      const step = await bench.run(program('closes-stdout'));
      expect(step.end).toEqual({ ended: 'exited', exitCode: 5 });
      expect(bench.text()).toBe('last words\n');
    });

    test('a step that waits for all of its children does not wait for one of ours', async () => {
      const { end } = await bench.run('sleep 0.1 & wait; echo done');
      expect([end, bench.text()]).toEqual([{ ended: 'exited', exitCode: 0 }, 'done\n']);
    });

    test.each([
      ['directory', { directory: '/nowhere/at/all' }, 'the directory /nowhere/at/all does not exist'],
      ['shell', { shell: ['/nowhere/sh'] }, 'the shell /nowhere/sh does not exist'],
      ['command without NUL', { run: 'echo \0' }, 'the step could not be started'],
    ])('a step without its %s does not start and says why', async (_, changes, message) => {
      const { end } = await bench.run('true', changes);
      expect(end).toMatchObject({ ended: 'not-started', message: expect.stringContaining(message) });
    });

    test('a child in a session of its own is killed when the step exits', async () => {
      expect((await bench.run(program('forks-orphan'))).end).toMatchObject({ exitCode: 0 });
      expect(isAlive(printedPid())).toBe(false);
    });

    test('a daemon that forked twice and closed everything is killed when the step exits', async () => {
      const file = join(bench.place.workspace, 'pid');
      await bench.run(program('double-forks', file));
      expect(isAlive(Number(await readFile(file, 'utf8')))).toBe(false);
    });

    test('a child without our environment is killed by its session', async () => {
      await bench.run(program('hides-environment', 'leave'));
      expect(isAlive(printedPid())).toBe(false);
    });

    test('a child without our environment or session is killed by its parentage', async () => {
      const step = bench.run(program('hides-environment', 'stay'));
      await until('the child is there', () => printedPid() > 0);
      bench.stop.abort();
      expect((await step).end).toEqual({ ended: 'stopped' });
      expect(isAlive(printedPid())).toBe(false);
    });

    test('processes that breed in new sessions are all killed', async () => {
      const step = await bench.run(program('forks-without-end'), { timeoutMs: 100, killGraceMs: 0 });
      expect(step).toMatchObject({ end: { ended: 'timed-out', limit: 'total' }, leftBehind: null });
      expect(await bench.alive()).toEqual([]);
    });

    test('a step that ignores TERM gets KILL after its grace', async () => {
      const step = bench.run(program('ignores-sigterm'), { killGraceMs: 300 });
      await until('it runs', () => bench.output().length > 0);
      bench.stop.abort();
      expect(await step).toMatchObject({ end: { ended: 'stopped' }, leftBehind: null });
      expect(await bench.alive()).toEqual([]);
    });

    test('a step that cleans up on TERM has the time for it', async () => {
      const step = bench.run("trap 'echo cleaned; exit 1' TERM; echo up; while :; do sleep 0.05; done", {
        killGraceMs: 10_000,
      });
      await until('it runs', () => bench.text() === 'up\n');
      bench.stop.abort();
      await step;
      expect(bench.text()).toMatch(/^up\n(?:Terminated\n)?cleaned\n$/);
    });

    test('a step that says nothing for too long is timed out', async () => {
      const { end } = await bench.run('sleep 60', { idleTimeoutMs: 300, killGraceMs: 0 });
      expect(end).toMatchObject({ ended: 'timed-out', limit: 'idle' });
    });

    test('a log past its bound ends the step, with no verdict', async () => {
      const { end } = await bench.run('head -c 200000000 /dev/zero', { killGraceMs: 0 });
      expect(end).toMatchObject({ ended: 'log-full', message: expect.stringContaining('reached its limit') });
    });

    test('the source is the tree of the commit, modes and links too; another commit is refused', async () => {
      const mirror = await startGitMirror();
      try {
        const other = mirror.commit([{ path: 'old', text: 'old' }]);
        const commit = mirror.commit([
          { path: 'README', text: 'hello\r\n' },
          { path: 'bin/run', text: '#!/bin/sh\necho ran\n', mode: 0o755 },
          { path: 'ünïcode/ñame with space', text: 'x' },
          { path: `${'deep/'.repeat(30)}file`, text: 'x' },
          { path: 'link', link: 'bin/run' },
        ]);
        await expect(
          bench.bring(mirror.source(commit, { prefer: 'archive', url: mirror.source(other).url })),
        ).rejects.toThrow(`arrived as that of ${other}`);
        await bench.bring(mirror.source(commit, { prefer: 'archive' }));
        await bench.run(
          `./link; od -An -c README; cat ünïcode/*; cat ${'deep/'.repeat(30)}file; ls -l README | cut -c1-10`,
        );
        expect(bench.text().replace(/ +/g, ' ')).toBe('ran\n h e l l o \\r \\n\nxx-rw-r--r--\n');
      } finally {
        await mirror.close();
      }
    });

    test('an archive with a link above the workspace is refused for good', async () => {
      const mirror = await startGitMirror();
      try {
        const commit = mirror.commit([{ path: 'evil', link: '../../outside' }]);
        const error = await bench.bring(mirror.source(commit, { prefer: 'archive' })).catch(thrown => thrown);
        expect(error).toBeInstanceOf(SourceFailed);
        expect(error.cure).toBe('nothing');
      } finally {
        await mirror.close();
      }
    });

    test('artifacts are what the patterns name, byte for byte, through links to files', async () => {
      await bench.run(
        `mkdir -p dist/deep other; printf 'a\\000b' > dist/a.tar; echo b > dist/b.zip; echo c > dist/deep/c; echo d > other/d
        : > "dist/it's \\$odd"; ln -s a.tar dist/latest; ln -s ../other dist/others; ln -s ../dist dist/up`,
      );
      expect(await bench.artifacts('dist/**', '!dist/*.zip', 'other/d')).toEqual({
        'dist/a.tar': 'a\0b',
        'dist/deep/c': 'c\n',
        "dist/it's $odd": '',
        'dist/latest': 'a\0b',
        'other/d': 'd\n',
      });
    });

    test.each([
      ['matches nothing', 'true', 'dist/*', 'dist/\\* matches no file'],
      ['leads nowhere', 'mkdir dist; ln -s nothing dist/broken', 'dist/broken', 'leads nowhere'],
      [
        'leads out of the checkout',
        'mkdir dist; ln -s /etc/passwd dist/evil',
        'dist/evil',
        'leads out of the checkout',
      ],
    ])('what %s is refused', async (_, command, pattern, message) => {
      await bench.run(command);
      await expect(bench.artifacts(pattern)).rejects.toMatchObject({
        cure: 'nothing',
        message: expect.stringMatching(message),
      });
    });

    test('whatever a suite has left is gone when the attempt is removed', async () => {
      await bench.run('mkdir -p a/b; echo x > a/b/c; chmod 500 a/b a; ln -s / root; mkfifo pipe');
      const { workspace } = bench.place;
      expect(existsSync(workspace)).toBe(true);
      await bench.site.remove(bench.place);
      expect([existsSync(workspace), existsSync(bench.place.root), existsSync('/etc/passwd')]).toEqual([
        false,
        false,
        true,
      ]);
    });
  });
}
