/** The thread that reads reports: large ones take seconds, and one that takes for ever can be ended in the middle. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { ReportFormat } from '#shared/test-report.ts';
import { gatherCases, type ReadReports } from './gather.ts';
import { readReport } from './read-file.ts';

/** `scope`: whose tests they are; it makes the keys of equal names differ. */
export type ReadOrder =
  | { type: 'begin'; hasPassed: boolean; scope: string }
  | { type: 'file'; path: string; format: ReportFormat; bytes: Uint8Array }
  | { type: 'end' };

/** A thread's answer: to a file that it wants the next, at the end what was read. `keys` are those of its tests, in order. */
export type ReadAnswer = { type: 'next' } | { type: 'read'; reports: ReadReports; keys: string[] };

if (!parentPort) throw new Error('this runs as a thread of the coordinator');
const port = parentPort;
let gathered = gatherCases(false);
let scope = '';

const answer = (message: ReadAnswer) => port.postMessage(message);

const keyOf = (suite: string, name: string): string =>
  createHash('sha256').update(`${scope}\n${suite}\n${name}`).digest('hex').slice(0, 32);

port.on('message', (order: ReadOrder) => {
  if (order.type === 'begin') {
    gathered = gatherCases(order.hasPassed);
    scope = order.scope;
  } else if (order.type === 'file') {
    readReport(order.path, order.format, order.bytes, gathered);
    answer({ type: 'next' });
  } else {
    const reports = gathered.result();
    answer({ type: 'read', reports, keys: reports.tests.map(({ suite, name }) => keyOf(suite, name)) });
  }
});
