/** What reads bytes of strangers, each with what may come of it: an answer or a refusal, and nothing else. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { localDirectories } from '#agent/guest/caches/directories.ts';
import type { Workplace } from '#agent/guest/workplace.ts';
import { createLargeBuffers } from '#coordinator/bus/large-buffers.ts';
import { createMessageReader } from '#coordinator/bus/message-reader.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { gatherCases } from '#coordinator/reports/gather.ts';
import { readReport } from '#coordinator/reports/read-file.ts';
import { readSuiteFile } from '#coordinator/source/read-suite-file.ts';
import { readYaml } from '#coordinator/yaml/yaml.ts';
import { bootEvidence, hostReport } from '#shared/host-messages.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { logFrame } from '#shared/log-frame.ts';
import { enrolRequest, finished, guestRenewal } from '#shared/messages.ts';
import type { ReportFormat } from '#shared/test-report.ts';
import { digestOf } from '../support/tar-entries.ts';

export type Target = {
  name: string;
  /** Folder of `corpus/`. */
  corpus: string;
  /** Throws when something came of it that may not. */
  run(input: Buffer): void | Promise<void>;
};

function must(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const events = [
  'ping',
  'push',
  'pull_request',
  'issue_comment',
  'check_run',
  'check_suite',
  'pull_request_review',
  'merge_group',
  'installation',
];

function webhook(input: Buffer): void {
  const text = input.toString('utf8');
  const [event = ''] = text.split(' ', 1);
  const payload = jsonIn(text.slice(event.length + 1));
  for (const each of new Set([event, ...events])) {
    const intent = readDelivery(each, payload);
    must(typeof intent.type === 'string', 'a delivery was read as nothing');
    must(({} as { x?: unknown }).x === undefined, 'a prototype was changed');
  }
}

function yaml(read: (bytes: Uint8Array) => ReturnType<typeof readSuiteFile> | ReturnType<typeof readYaml>) {
  return (input: Buffer): void => {
    const answer = read(input);
    if ('ok' in answer) return;
    must(
      answer.problems.length > 0 && answer.problems.length <= limits.yamlProblems,
      'mistakes without number',
    );
    for (const { line, column } of answer.problems) must(line >= 1 && column >= 1, 'a mistake is nowhere');
  };
}

function frame(input: Buffer): void {
  const end = input.indexOf(10);
  const header = input.subarray(0, end < 0 ? input.length : end).toString('utf8');
  const parsed = logFrame.safeParse(jsonIn(header));
  if (parsed.success)
    must(Number.isSafeInteger(parsed.data.offset) && parsed.data.offset >= 0, 'an offset is none');
}

const messages = [guestRenewal, finished, hostReport, bootEvidence, enrolRequest];

function message(input: Buffer): void {
  const payload = jsonIn(input.toString('utf8'));
  for (const schema of messages) schema.safeParse(payload);
  wire(input);
}

/** Pieces are in order, together what came, and none is lost but the end that is no message yet. */
function wire(input: Buffer): void {
  let [handed, at] = [0, 0];
  const large = createLargeBuffers();
  const reader = createMessageReader(large, piece => {
    must(
      Buffer.compare(piece, input.subarray(handed, handed + piece.length)) === 0,
      'bytes were changed on the way',
    );
    handed += piece.length;
  });
  while (at < input.length) {
    const room = reader.room();
    must(room.length > 0, 'there is no room for what comes');
    const count = Math.min(room.length, 7, input.length - at);
    room.set(input.subarray(at, at + count));
    reader.took(count);
    at += count;
  }
}

const report = (format: ReportFormat) => (input: Buffer) => {
  const gathered = gatherCases(false);
  readReport(`report.${format}`, format, input, gathered);
  const { tests, failures, notices } = gathered.result();
  must(
    tests.every(({ name }) => name.length <= limits.testNameChars),
    'a name is too long',
  );
  must(
    failures.every(({ message }) => (message ?? '').length <= limits.testMessageChars),
    'a message is too long',
  );
  must(!notices.join().includes('root:x:0'), 'a file of the coordinator was read');
};

/** Plain tar or packed: as it is, and packed, so that changes reach the entries too. */
async function archive(input: Buffer): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'paddock-fuzz-'));
  try {
    const own = join(root, 'attempt');
    const place = {
      workspace: join(own, 'checkout'),
      home: join(own, 'home'),
      temporary: join(own, 'tmp'),
    } as Workplace;
    for (const directory of [place.workspace, place.home, place.temporary])
      await mkdir(directory, { recursive: true });
    await writeFile(join(root, 'x'), 'untouched');
    const { signal } = new AbortController();
    for (const bytes of [input, gzipSync(input, { level: 0 })])
      await localDirectories
        .unpack(place, 'deps', { body: Readable.from([bytes]), sha256: digestOf(bytes) }, signal)
        .catch((error: unknown) =>
          must(error instanceof Error && !(error instanceof TypeError), `it broke: ${error}`),
        );
    must((await readFile(join(root, 'x'), 'utf8')) === 'untouched', 'a file outside was changed');
    must((await readdir(root)).sort().join() === 'attempt,x', 'a file came to lie outside');
    must(
      (await readdir(own)).sort().join() === 'checkout,home,tmp',
      'a file came to lie beside the checkout',
    );
    must((await readdir(place.temporary)).length === 0, 'something was left behind');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

export const targets: readonly Target[] = [
  { name: 'a webhook', corpus: 'webhook', run: webhook },
  { name: 'a suite file', corpus: 'suite-file', run: yaml(readSuiteFile) },
  {
    name: 'the manifest of an image',
    corpus: 'image-manifest',
    run: yaml(bytes => readYaml(imageManifest, bytes, 'image.yaml')),
  },
  { name: 'a frame of a log', corpus: 'log-frame', run: frame },
  { name: 'a message on NATS', corpus: 'nats-message', run: message },
  { name: 'a JUnit report', corpus: 'junit', run: report('junit') },
  { name: 'a TAP report', corpus: 'tap', run: report('tap') },
  { name: 'a packed cache', corpus: 'archive', run: archive },
];
