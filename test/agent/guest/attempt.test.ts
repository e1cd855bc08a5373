import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finished, GuestDesired, RunSpec } from '#shared/messages.ts';
import { until } from '#test/support/until.ts';
import { type Guest, withGuest } from './support/guest-under-test.ts';
import { type SpecChanges, sha256Of, specOf } from './support/specs.ts';

/** Wants this attempt until its report is in, then nothing. */
function want({ coordinator }: Pick<Guest, 'coordinator'>, spec: RunSpec): void {
  coordinator.onRenewal = () =>
    coordinator.reports.some(report => report.attempt === spec.attempt)
      ? { want: 'idle' }
      : { want: 'run', spec };
}

async function reportOf(guest: Guest, spec: RunSpec): Promise<Finished> {
  want(guest, spec);
  return until('the report', () => guest.coordinator.reports.find(report => report.attempt === spec.attempt));
}

/** Runs one attempt to its report, and checks that what the coordinator has stored is what the report says. */
async function attemptWith(
  changes: SpecChanges,
  check: (report: Finished, log: string, guest: Guest) => void | Promise<void>,
): Promise<void> {
  await withGuest({}, async guest => {
    const spec = specOf(changes);
    const report = await reportOf(guest, spec);
    const stored = guest.coordinator.logs.get(spec.attempt);
    expect(report.log).toMatchObject({
      bytes: stored?.bytes.length ?? 0,
      sha256: sha256Of(stored?.bytes ?? ''),
    });
    await check(report, guest.coordinator.logText(spec.attempt), guest);
  });
}

test('an attempt whose steps all pass is reported with its whole log', async () => {
  await attemptWith({ steps: [{ run: 'echo one' }, { run: 'echo two' }] }, (report, log) => {
    expect(log).toBe('one\ntwo\n');
    expect(report).toMatchObject({ end: { reason: 'exited', exitCode: 0, step: 1 }, log: { lines: 2 } });
  });
});

test('the marks say where each step begins and ends', async () => {
  await attemptWith({ steps: [{ run: 'echo one' }, { run: 'echo two' }] }, ({ marks }) => {
    expect(marks.map(({ seq, type, step, offset }) => [seq, type, step, offset])).toEqual([
      [0, 'step-started', 0, 0],
      [1, 'step-ended', 0, 4],
      [2, 'step-started', 1, 4],
      [3, 'step-ended', 1, 8],
    ]);
  });
});

test('the first failing step is the last, and its last line is in the message', async () => {
  const steps = [
    { run: 'echo fine' },
    { run: 'echo "3 tests failed"; exit 2', name: 'check' },
    { run: 'echo never' },
  ];
  await attemptWith({ steps }, (report, log) => {
    expect(log).toBe('fine\n3 tests failed\n');
    expect(report.end).toEqual({
      reason: 'exited',
      exitCode: 2,
      step: 1,
      message: 'step 2/3 "check" exited with 2: 3 tests failed',
    });
  });
});

test('a step that kills itself is reported with the signal', async () => {
  await attemptWith({ steps: [{ run: 'kill -SEGV $$' }] }, report => {
    expect(report.end).toMatchObject({ reason: 'exited', exitCode: null, signal: 'SIGSEGV' });
  });
});

test('a step past its time is ended and says which time it was', async () => {
  await attemptWith({ steps: [{ run: 'sleep 60', timeoutMs: 300 }] }, report => {
    expect(report.end).toMatchObject({ reason: 'timed-out', limit: 'total', step: 0 });
  });
});

test('a silent step is ended by its idle time', async () => {
  await attemptWith({ steps: [{ run: 'echo a; sleep 60', idleTimeoutMs: 400 }] }, report => {
    expect(report.end).toMatchObject({ reason: 'timed-out', limit: 'idle' });
  });
});

test('the deadline of the job ends it whatever its steps allow', async () => {
  await attemptWith({ steps: [{ run: 'true' }, { run: 'sleep 60' }], deadlineMs: 500 }, report => {
    expect(report.end).toMatchObject({ reason: 'timed-out', limit: 'deadline', step: 1 });
  });
});

test('a log over its bound ends the job for good, with its head kept', async () => {
  await attemptWith({ steps: [{ run: 'yes' }], logLimitBytes: 100_000 }, (report, log) => {
    expect(report.end).toMatchObject({ reason: 'setup-failed', permanent: true });
    expect(log.length).toBe(100_000);
  });
});

test('a step in a directory that the checkout does not have cannot be cured by trying again', async () => {
  await attemptWith({ steps: [{ run: 'true', directory: 'no/such' }] }, report => {
    expect(report.end).toMatchObject({
      reason: 'setup-failed',
      permanent: true,
      message: 'step 1/1 "true": the checkout has no directory "no/such"',
    });
  });
});

test('a step after one that removed the checkout says so', async () => {
  await attemptWith({ steps: [{ run: 'rm -rf "$PWD"' }, { run: 'true' }] }, report => {
    expect(report.end).toMatchObject({
      reason: 'setup-failed',
      permanent: true,
      message: 'step 2/2 "true": the checkout is gone; a step before has removed it',
    });
  });
});

test('a shell that this machine lacks may be on another machine', async () => {
  await attemptWith({ shell: ['/no/such/shell'] }, report => {
    expect(report.end).toMatchObject({ reason: 'setup-failed', permanent: false });
  });
});

test('secrets are in the environment of the steps, and nowhere in log or message', async () => {
  const secrets = { DEPLOY_KEY: 'tr0ub4dor&3' };
  await attemptWith({ secrets, steps: [{ run: 'echo "key $DEPLOY_KEY"; exit 1' }] }, (report, log) => {
    expect(log).toBe('key ***********\n');
    expect(report.end.message).toContain('exited with 1: key ***********');
  });
});

test('a secret is not in the spool either, however a step prints it, and steps may be cut anywhere in it', async () => {
  const value = 'tr0ub4dor&3 horse';
  const secrets = { DEPLOY_KEY: value };
  const peek = 'cat ../spool | base64 -w0 | tr A-Za-z N-ZA-Mn-za-m';
  const steps = [
    {
      run: 'echo "key $DEPLOY_KEY"; printf tr0ub; sleep 0; printf "4dor&3 horse\\n"; printf %s "$DEPLOY_KEY" | base64; printf tr0',
    },
    { run: `echo; ${peek}` },
  ];
  await attemptWith({ secrets, steps }, (_report, log) => {
    const [spelled = ''] = log.split('\n').slice(-1);
    const back = spelled.replace(/[a-z]/gi, letter => {
      const first = letter <= 'Z' ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
    });
    const spool = Buffer.from(back, 'base64').toString();
    expect(spool).toContain(`key ${'*'.repeat(value.length)}\n${'*'.repeat(value.length)}\n`);
    expect(spool).not.toContain('horse');
    expect(spool).toMatch(/tr0\n?$/);
    expect(log.startsWith(spool)).toBe(true);
  });
});

test('a secret that two steps print a half of each is blanked', async () => {
  const secrets = { DEPLOY_KEY: 'tr0ub4dor&3' };
  const steps = [{ run: 'printf tr0ub' }, { run: "printf '4dor&3 and more'" }];
  await attemptWith({ secrets, steps }, (_report, log) => expect(log).toBe('*********** and more'));
});

test('a secret that is a file is there for the steps, for its user only, in memory, and gone after them', async () => {
  const secretFiles = { DEPLOY_KEY: '-----BEGIN KEY-----\nswordfish-one\nswordfish-two\n' };
  const run =
    'stat -c "%a %n" "$DEPLOY_KEY" $(dirname "$DEPLOY_KEY"); cat "$DEPLOY_KEY"; df -T "$DEPLOY_KEY" | tail -1';
  await attemptWith({ secretFiles, steps: [{ run }] }, (_report, log) => {
    const [file = '', folder = '', ...rest] = log.split('\n');
    expect(file).toMatch(/^600 .*\/DEPLOY_KEY$/);
    expect(folder).toMatch(/^700 /);
    expect(log).not.toContain('swordfish');
    expect(rest.join('\n')).toMatch(/^\*{48}tmpfs /);
    expect(existsSync(file.slice(4))).toBe(false);
    expect(existsSync(folder.slice(4))).toBe(false);
  });
});

test('steps have a private home and temporary directory, and nothing of the agent', async () => {
  const steps = [{ run: 'pwd; echo "$HOME" "$TMPDIR"; env | cut -d= -f1 | sort | tr "\\n" " "' }];
  await attemptWith({ steps, env: { CI: 'true' } }, (_report, log, { workDirectory }) => {
    const root = join(workDirectory, 'attempts', specOf().attempt);
    const [directory, places, names] = log.split('\n');
    expect([directory, places]).toEqual([
      join(root, 'checkout'),
      `${join(root, 'home')} ${join(root, 'tmp')}`,
    ]);
    expect(names?.trim().split(' ')).toEqual(['CI', 'HOME', 'PADDOCK_MACHINE', 'PATH', 'PWD', 'TMPDIR']);
  });
});

test('after the verdict nothing of the attempt is left on the machine', async () => {
  await attemptWith(
    { steps: [{ run: 'mkdir locked; touch locked/x; chmod 000 locked' }] },
    async (_r, _l, guest) => {
      const attempts = join(guest.workDirectory, 'attempts');
      await until('the attempt is removed', async () => (await readdir(attempts)).length === 0);
    },
  );
});

test('a repeated `run`, pushed and answered, is one start', async () => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'echo once; sleep 0.5' }] });
    await until('the first renewal', () => guest.coordinator.renewals.length > 0);
    for (let times = 0; times < 5; times++) guest.coordinator.push({ want: 'run', spec });
    await reportOf(guest, spec);
    for (let times = 0; times < 5; times++) guest.coordinator.push({ want: 'run', spec });
    await until('three more renewals', () => guest.coordinator.renewals.length > 8);
    expect(guest.coordinator.logText(spec.attempt)).toBe('once\n');
    expect(guest.coordinator.reports).toHaveLength(1);
  });
});

test('what comes with the verdict is obeyed at once: the next attempt begins', async () => {
  await withGuest({ timings: { renewalMs: 60_000 } }, async guest => {
    const [first, second] = [specOf({ id: 1 }), specOf({ id: 2 })];
    guest.coordinator.onRenewal = () => ({ want: 'idle' });
    guest.coordinator.onFinished = ({ attempt }) => ({
      answer: 'settled',
      next: attempt === first.attempt ? { want: 'run', spec: second } : { want: 'retire' },
    });
    await until('the first renewal', () => guest.coordinator.renewals.length > 0);
    guest.coordinator.push({ want: 'run', spec: first });
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.reports.map(report => report.attempt)).toEqual([first.attempt, second.attempt]);
    expect(existsSync(join(guest.workDirectory, 'attempts'))).toBe(false);
  });
});

test('a phase that lasts is told with a renewal', async () => {
  await withGuest({ timings: { renewalMs: 60_000 } }, async guest => {
    const spec = specOf({ steps: [{ run: 'sleep 0.2' }, { run: 'sleep 0.2' }] });
    await until('the first renewal', () => guest.coordinator.renewals.length > 0);
    guest.coordinator.push({ want: 'run', spec });
    const told = () =>
      guest.coordinator.renewals.map(({ running }) => running && `${running.phase} ${running.step}`);
    await until('both steps are told', () => ['steps 0', 'steps 1'].every(phase => told().includes(phase)));
  });
});

test('phases that follow each other at once cost no renewals', async () => {
  await withGuest({ timings: { renewalMs: 60_000 } }, async guest => {
    const spec = specOf({ steps: Array.from({ length: 20 }, () => ({ run: 'true' })) });
    await until('the first renewal', () => guest.coordinator.renewals.length > 0);
    guest.coordinator.push({ want: 'run', spec });
    await until('the end is reported', () => guest.coordinator.reports.length > 0);
    expect(guest.coordinator.renewals.length).toBeLessThan(20);
  });
});

const ends: Array<[string, (spec: RunSpec) => GuestDesired]> = [
  [
    'cancelled',
    ({ attempt, number }) => ({ want: 'cancel', attempt, number, reason: 'cancelled', message: 'by hand' }),
  ],
  [
    'superseded',
    ({ attempt, number }) => ({ want: 'cancel', attempt, number, reason: 'superseded', message: 'newer' }),
  ],
];

test.each(ends)('a job that is %s is stopped and reported as that', async (reason, desired) => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'echo begun; sleep 60' }] });
    guest.coordinator.onRenewal = () => ({ want: 'run', spec });
    await until('the step runs', () => guest.coordinator.logText(spec.attempt) === 'begun\n');
    guest.coordinator.onRenewal = () => desired(spec);
    const report = await until('the report', () => guest.coordinator.reports[0]);
    expect(report.end).toMatchObject({ reason });
    expect(report.marks.at(-1)).toMatchObject({ type: 'step-ended', exitCode: null });
  });
});

test('a job that is cancelled before it arrived is reported too', async () => {
  await withGuest({}, async guest => {
    const { attempt, number } = specOf();
    guest.coordinator.push({ want: 'cancel', attempt, number, reason: 'cancelled', message: 'by hand' });
    guest.coordinator.onRenewal = () =>
      guest.coordinator.reports.length > 0
        ? { want: 'idle' }
        : { want: 'cancel', attempt, number, reason: 'cancelled', message: 'by hand' };
    const report = await until('the report', () => guest.coordinator.reports[0]);
    expect(report).toMatchObject({
      attempt,
      end: { reason: 'cancelled' },
      log: { bytes: 0, sha256: sha256Of('') },
    });
  });
});

test('a fenced attempt is stopped, deleted, and nothing of it is reported', async () => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'echo begun; sleep 60' }] });
    guest.coordinator.onRenewal = () => ({ want: 'run', spec });
    await until('the step runs', () => guest.coordinator.logText(spec.attempt) === 'begun\n');
    guest.coordinator.onRenewal = () => ({ want: 'fenced', attempt: spec.attempt, number: spec.number });
    await until('the machine is free', () => guest.coordinator.renewals.at(-1)?.running === null);
    await until('the attempt is removed', async () => {
      return (await readdir(join(guest.workDirectory, 'attempts'))).length === 0;
    });
    expect(guest.coordinator.reports).toEqual([]);
  });
});

test('a log owner that answers `fenced` ends the attempt as well', async () => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'while echo more; do sleep 0.1; done' }] });
    guest.coordinator.onRenewal = () => ({ want: 'run', spec });
    await until('the attempt began', () => guest.coordinator.renewals.some(({ running }) => running));
    guest.coordinator.onFrame = () => ({ answer: 'fenced' });
    await until('the machine is free', () => guest.coordinator.renewals.at(-1)?.running === null);
    expect(guest.coordinator.reports).toEqual([]);
  });
});

test('another `run` takes the place of one that the coordinator has forgotten', async () => {
  await withGuest({}, async guest => {
    const [first, second] = [specOf({ id: 1, steps: [{ run: 'echo begun; sleep 60' }] }), specOf({ id: 2 })];
    guest.coordinator.onRenewal = () => ({ want: 'run', spec: first });
    await until('the first runs', () => guest.coordinator.logText(first.attempt) === 'begun\n');
    await reportOf(guest, second);
    expect(guest.coordinator.reports.map(report => report.attempt)).toEqual([second.attempt]);
  });
});
