/**
 * Reports of tests, after the last step that ran. They come after the end of the attempt is decided and change nothing of
 * it: whatever goes wrong is a sentence for the job's page. Secrets are blotted out as in the log, in a copy.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import type { RunSpec } from '#shared/messages.ts';
import { bytesText } from '#shared/quantity-text.ts';
import type { ReportFile, ReportFormat, ReportPatterns } from '#shared/test-report.ts';
import type { Way } from '../../credentials/route.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { isSystemError, SiteFailed, UploadFailed } from '../errors.ts';
import { createRedaction } from '../logs/redactor.ts';
import { boundedBy } from '../waiting.ts';
import type { FoundArtifact } from './find-artifacts.ts';
import { sendFile } from './upload-artifacts.ts';

export type HandedReports = { reports: ReportFile[]; notices: string[] };

export type ReportsRequest = {
  patterns: ReportPatterns;
  to: Pick<RunSpec['artifacts'], 'url' | 'token'>;
  secrets: readonly string[];
  /** Without reports a passed job is worth a word; one that broke before its tests is not. */
  hasPassed: boolean;
  /** See `find-artifacts.ts`. */
  find(patterns: readonly string[], signal: AbortSignal): Promise<FoundArtifact[]>;
  /** A directory of the agent's own. */
  scratch: string;
  way: Way;
  log: Diagnostics;
  signal: AbortSignal;
};

type Wanted = { found: FoundArtifact; format: ReportFormat };

/** Throws the signal's reason, and on a bug. */
export async function handOverReports(request: ReportsRequest): Promise<HandedReports> {
  const { signal } = request;
  const deadline = boundedBy(signal, limits.reportUploadMs, 'the time for reports is over');
  const handed: HandedReports = { reports: [], notices: [] };
  try {
    const wanted = await findAll(request, handed.notices, deadline.signal);
    if (wanted.length > limits.reportFiles)
      handed.notices.push(`${wanted.length} reports match; the first ${limits.reportFiles} are read`);
    await sendAll(request, wanted.slice(0, limits.reportFiles), handed, deadline.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.signal.aborted) throw error;
    handed.notices.push(
      `not all reports were handed over within ${limits.reportUploadMs / 1_000} s; ${handed.reports.length} were`,
    );
  } finally {
    deadline.clear();
  }
  const notices = handed.notices.slice(0, limits.reportNotices);
  return { ...handed, notices: notices.map(notice => notice.slice(0, limits.reportNoticeChars)) };
}

async function findAll(request: ReportsRequest, notices: string[], signal: AbortSignal): Promise<Wanted[]> {
  const wanted = new Map<string, Wanted>();
  for (const format of ['junit', 'tap'] as const) {
    const patterns = request.patterns[format];
    const exclusions = patterns.filter(pattern => pattern.startsWith('!'));
    for (const pattern of patterns.filter(pattern => !pattern.startsWith('!'))) {
      const found = await orNotice(notices, signal, () => request.find([pattern, ...exclusions], signal));
      for (const file of found ?? []) wanted.set(`${format} ${file.path}`, { found: file, format });
    }
  }
  if (wanted.size === 0 && !request.hasPassed) notices.length = 0;
  return [...wanted.values()];
}

async function sendAll(
  request: ReportsRequest,
  wanted: readonly Wanted[],
  { reports, notices }: HandedReports,
  signal: AbortSignal,
): Promise<void> {
  let left: number = limits.reportsBytes;
  for (const { found, format } of wanted) {
    const brought = await orNotice(notices, signal, async () => (await found.bring?.(signal)) ?? null);
    if (brought === undefined) continue;
    const file = { ...found, ...brought };
    try {
      const most = Math.min(left, limits.reportFileBytes);
      if (file.bytes > most) {
        notices.push(`${file.path} has ${bytesText(file.bytes)}, too much to be read; it is left out`);
        continue;
      }
      const sent = await orNotice(notices, signal, () => sendBlotted(request, file, signal));
      if (!sent) continue;
      left -= sent.bytes;
      reports.push({ ...sent, format });
    } finally {
      await brought?.release();
    }
  }
}

/** The length of a file does not change by blotting. */
async function sendBlotted(request: ReportsRequest, found: FoundArtifact, signal: AbortSignal) {
  const { to, secrets, scratch, way, log } = request;
  const send = (file: string) => sendFile({ ...found, file }, signal, { to, kind: 'report', way, log });
  if (secrets.length === 0) return send(found.file);
  const copy = join(scratch, 'report');
  const redactor = createRedaction(secrets.flatMap(secret => [secret, escaped(secret)])).start();
  try {
    const bytes = await readFile(found.file, { signal });
    await writeFile(copy, [redactor.push(bytes), redactor.flush()], { mode: 0o600, signal });
    return await send(copy);
  } finally {
    await rm(copy, { force: true });
  }
}

/** As it stands in XML. */
const escaped = (secret: string): string =>
  secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

/** Undefined where it failed, which is noted. Throws the signal's reason, and on a bug. */
async function orNotice<Value>(
  notices: string[],
  signal: AbortSignal,
  act: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    const isForeseen = error instanceof UploadFailed || error instanceof SiteFailed || isSystemError(error);
    if (!isForeseen) throw error;
    notices.push(error.message.replace(/^artifacts: /, 'reports: '));
    return undefined;
  }
}
