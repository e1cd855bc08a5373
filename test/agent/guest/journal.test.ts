import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Journal, openJournal } from '#agent/guest/journal.ts';
import { limits } from '#shared/limits.ts';
import { specOf } from './support/specs.ts';

let directory: string;
let path: string;
let step: number;
let journal: Journal;
const said: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  directory = mkdtempSync(join(tmpdir(), 'paddock-journal-'));
  path = join(directory, 'attempt.json');
  [step, said.length] = [0, 0];
  const entry = () => ({ progress: { phase: 'steps' as const, step, elapsedMs: 1 }, marks: [], end: null });
  journal = openJournal({ path, spec: specOf(), log: event => said.push(event) }, entry);
});

afterEach(() => {
  journal.close(false);
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

const stepWritten = () => JSON.parse(readFileSync(path, 'utf8')).step;

test('changes that follow each other closely are one entry, the newest', () => {
  journal.changed();
  step = 1;
  journal.changed();
  expect(existsSync(path)).toBe(false);
  vi.advanceTimersByTime(limits.progressGatherMs);
  expect(stepWritten()).toBe(1);
  step = 2;
  journal.changed();
  vi.advanceTimersByTime(limits.progressGatherMs);
  expect(stepWritten()).toBe(2);
});

test('an attempt that is over at once leaves no journal', () => {
  journal.changed();
  journal.close(false);
  vi.advanceTimersByTime(limits.progressGatherMs);
  expect(existsSync(path)).toBe(false);
});

test('one that is kept for a post-mortem has its newest entry, and none after it', () => {
  step = 3;
  journal.close(true);
  step = 4;
  journal.changed();
  journal.close(true);
  vi.advanceTimersByTime(limits.progressGatherMs);
  expect(stepWritten()).toBe(3);
});

test('a journal that cannot be written says so and stops nothing', () => {
  rmSync(directory, { recursive: true });
  journal.close(true);
  expect(said).toEqual(['journal-failed']);
});
