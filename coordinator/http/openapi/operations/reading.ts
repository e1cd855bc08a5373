import type { Operations } from '../operation.ts';

export const readingOperations = {
  'GET /api/v1/attempts/:id/log': {
    id: 'getLog',
    tag: 'Logs',
    summary: 'How far a log is stored, and where its marks stand',
    text: 'The same address as WebSocket follows the log: see "WebSockets" in the guide.',
    refused: [410],
  },
  'GET /api/v1/attempts/:id/lines': {
    id: 'getLogLines',
    tag: 'Logs',
    summary: 'Some lines of a log',
    text: 'Fewer than were asked for where the log ends, or the answer would be too large. The bytes are base64: a log is bytes, and need not be UTF-8.',
    parameters: { from: 'The first line, counted from 0.', count: 'How many lines at most.' },
    refused: [410],
    cli: 'paddock logs JOB --attempt NUMBER',
  },
  'GET /api/v1/attempts/:id/search': {
    id: 'searchLog',
    tag: 'Logs',
    summary: 'The lines of a log in which a text is found',
    text: 'A search that takes too long ends early with `isComplete: false`; `from` with what `scanned` said goes on.',
    parameters: {
      q: 'The text, or the regular expression.',
      regex: '`1`: it is a regular expression.',
      case: '`1`: capitals count.',
      max: 'How many lines are named at most; all are counted.',
      from: 'The first line to look at, counted from 0.',
    },
    refused: [410],
  },
  'GET /logs/:file': {
    id: 'readLog',
    tag: 'Logs',
    summary: 'A log as plain text, whole or in part, or followed while it grows',
    parameters: {
      file: 'The id of the attempt and `.txt`.',
      follow:
        '`1`: from the first byte until the attempt ends, as it comes. A connection that breaks in the middle is cut, and not ended.',
      from: 'The first byte, counted from 0.',
      to: 'The byte behind the last.',
    },
    refused: [410, 416],
    gives: { type: 'text/plain', text: 'The bytes of the log as the steps printed them.', isRanged: true },
    cli: 'paddock logs JOB --follow',
  },
  'GET /artifacts/:id': {
    id: 'readArtifact',
    tag: 'Artifacts',
    summary: 'The bytes of an artifact',
    refused: [410, 416],
    gives: { type: 'application/octet-stream', text: 'The file, as an attachment.', isRanged: true },
  },
  'GET /api/v1/jobs/:id/tests': {
    id: 'listJobTests',
    tag: 'Tests',
    summary: 'What the reports of a job say: of its newest attempt that has some',
    cli: 'paddock tests JOB',
  },
  'GET /api/v1/runs/:id/tests': {
    id: 'listRunTests',
    tag: 'Tests',
    summary: 'The same of all jobs of a run',
    cli: 'paddock tests RUN',
  },
  'GET /api/v1/tests/:key': {
    id: 'getTestHistory',
    tag: 'Tests',
    summary: 'One test over runs and images, newest first',
    parameters: {
      before: 'The id that `next` of the page before said.',
      branch: 'Runs of this branch only.',
    },
  },
  'GET /api/v1/caches': {
    id: 'listCaches',
    tag: 'Caches',
    summary: 'Caches that are kept, used last first',
    cli: 'paddock caches',
  },
  'POST /api/v1/caches/drop': {
    id: 'dropCaches',
    tag: 'Caches',
    summary: 'Drop caches of a repository',
    cli: 'paddock caches REPOSITORY --drop',
    example: { repository: 'acme/rocket', image: 'debian-12' },
  },
} as const satisfies Operations;
