import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FinishedAnswer } from '#shared/messages.ts';
import { until } from '#test/support/until.ts';
import { type Guest, withGuest } from './support/guest-under-test.ts';
import { sha256Of, specOf } from './support/specs.ts';

const spec = specOf({ steps: [{ run: 'seq 1 2000' }] });
const settled: FinishedAnswer = { answer: 'settled', next: { want: 'retire' } };

const text = `${Array.from({ length: 2_000 }, (_, index) => index + 1).join('\n')}\n`;

/** Answers `finished` with these, in order; then with "settled, retire". */
function answerInOrder({ coordinator }: Guest, ...answers: Array<FinishedAnswer | null>): void {
  coordinator.onRenewal = () => (coordinator.reports.length > 0 ? { want: 'idle' } : { want: 'run', spec });
  coordinator.onFinished = () => {
    const [answer] = answers.splice(0, 1);
    return answer === undefined ? settled : answer;
  };
}

test('a report that nobody answers is repeated', async () => {
  await withGuest({}, async guest => {
    answerInOrder(guest, null, null);
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.reports).toHaveLength(3);
    expect(new Set(guest.coordinator.reports.map(report => JSON.stringify(report))).size).toBe(1);
  });
});

test('"later" is obeyed by repeating later', async () => {
  await withGuest({}, async guest => {
    answerInOrder(guest, { answer: 'later', message: 'starting' });
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.reports).toHaveLength(2);
  });
});

test('an answer that is not of the protocol is as good as none', async () => {
  await withGuest({}, async guest => {
    answerInOrder(guest, { answer: 'nonsense' } as unknown as FinishedAnswer);
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.reports).toHaveLength(2);
  });
});

test.each([0, 1_234])(
  'a log that is missing from byte %i on is sent again, and then the report',
  async from => {
    await withGuest({}, async guest => {
      answerInOrder(guest, { answer: 'log-missing', from });
      const [report] = await until(
        'the first report',
        () => guest.coordinator.reports.length && guest.coordinator.reports,
      );
      const log = guest.coordinator.logs.get(spec.attempt);
      if (!log || !report) throw new Error('there is a log and a report');
      expect(await guest.end).toBe('retired');
      expect(guest.coordinator.logText(spec.attempt)).toBe(text);
      expect(report.log.sha256).toBe(sha256Of(text));
    });
  },
);

test('a log that the owner lost is sent again from its beginning', async () => {
  await withGuest({}, async guest => {
    const { coordinator } = guest;
    answerInOrder(guest);
    const believe = coordinator.onFinished;
    coordinator.onFinished = report => {
      if (coordinator.reports.length > 1) return believe(report);
      coordinator.logs.delete(spec.attempt);
      return { answer: 'log-missing', from: 0 };
    };
    expect(await guest.end).toBe('retired');
    expect(coordinator.logText(spec.attempt)).toBe(text);
  });
});

test('spool and workspace stay until the verdict is stored', async () => {
  await withGuest({}, async guest => {
    guest.coordinator.onRenewal = () => ({ want: 'run', spec });
    guest.coordinator.onFinished = () => ({ answer: 'later', message: 'not yet' });
    await until('two reports', () => guest.coordinator.reports.length > 1);
    const root = join(guest.workDirectory, 'attempts', spec.attempt);
    expect([existsSync(join(root, 'spool')), existsSync(join(root, 'checkout'))]).toEqual([true, true]);
    guest.coordinator.onFinished = () => settled;
    expect(await guest.end).toBe('retired');
    expect(existsSync(root)).toBe(false);
  });
});

test('a fenced report frees the machine', async () => {
  await withGuest({}, async guest => {
    answerInOrder(guest, { answer: 'fenced' });
    await until('the report', () => guest.coordinator.reports.length === 1);
    await until('the machine is free', () => guest.coordinator.renewals.at(-1)?.running === null);
    expect(guest.coordinator.reports).toHaveLength(1);
  });
});

test.each(['settled', 'fenced'] as const)(
  'a renewal that is answered `%s` ends the repeating',
  async want => {
    await withGuest({}, async guest => {
      const { coordinator } = guest;
      coordinator.onFinished = () => null;
      coordinator.onRenewal = () => {
        if (coordinator.reports.length === 0) return { want: 'run', spec };
        return { want, attempt: spec.attempt, number: spec.number };
      };
      await until('the report', () => coordinator.reports.length > 0);
      await until('the machine is free', () => coordinator.renewals.at(-1)?.running === null);
    });
  },
);

test('a cancel that comes after the steps changes nothing: the first reason stays', async () => {
  await withGuest({}, async guest => {
    answerInOrder(guest, null);
    await until('the report', () => guest.coordinator.reports.length > 0);
    const { attempt, number } = spec;
    guest.coordinator.push({ want: 'cancel', attempt, number, reason: 'cancelled', message: 'late' });
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.reports.map(({ end }) => end.reason)).toEqual(['exited', 'exited']);
  });
});

test('a post-mortem finds the attempt in its journal, without secrets', async () => {
  const secretive = specOf({ steps: [{ run: 'sleep 30' }], secrets: { KEY: 'swordfish-swordfish' } });
  await withGuest({}, async guest => {
    const { readFile } = await import('node:fs/promises');
    guest.coordinator.onRenewal = () => ({ want: 'run', spec: secretive });
    const path = join(guest.workDirectory, 'attempts', secretive.attempt, 'attempt.json');
    const journal = await until('the journal says that a step runs', async () => {
      const entry = await readFile(path, 'utf8');
      return entry.includes('"phase": "steps"') && entry;
    });
    expect(JSON.parse(journal)).toMatchObject({ attempt: secretive.attempt, step: 0, agentPid: process.pid });
    expect(journal).not.toContain('swordfish');
  });
});
