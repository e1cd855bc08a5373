/** Reports in the form in which each tool writes them: `samples/`, and what is read out of them in a transcript. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectTranscript } from '#test/support/transcript.ts';
import { type GivenReport, readTheseReports, summaryOf } from './reading.ts';

const folder = path.join(import.meta.dirname, 'samples');
const samples = readdirSync(folder)
  .sort()
  .map(
    (file): GivenReport => ({
      path: file,
      format: file.endsWith('.tap') ? 'tap' : 'junit',
      bytes: readFileSync(path.join(folder, file)),
    }),
  );

test('every tool is read as it means it', async () => {
  const lines = samples.flatMap(sample => [sample.path, ...summaryOf(readTheseReports([sample])), '']);
  await expectTranscript('reports', lines);
});

test('no sample has anything wrong with it', () => {
  expect(samples.flatMap(sample => readTheseReports([sample]).notices)).toEqual([]);
});

test('a test that failed and passed is flaky when the steps passed, and a failure when they did not', () => {
  const gotestsum = samples.filter(({ path: name }) => name === 'gotestsum.xml');
  const outcomeOf = (hasPassed: boolean) =>
    readTheseReports(gotestsum, hasPassed).tests.find(({ name }) => name === 'TestSocket')?.outcome;
  expect([outcomeOf(true), outcomeOf(false)]).toEqual(['flaky', 'failed']);
});
