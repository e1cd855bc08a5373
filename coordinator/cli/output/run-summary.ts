/** A run that is over, as the last lines under its log. Pure. */

import type { RunDetail } from '#shared/api.ts';
import type { LogSeal } from '#shared/attempt.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { verdictNames } from '#shared/test-words.ts';
import { approvalText, trustText } from '#shared/trust.ts';
import { jobLabel } from '#shared/words.ts';
import type { Failure } from '../follow/failure.ts';
import { texts } from '../texts.ts';
import { ageText } from './age.ts';
import { withoutColours } from './log-text.ts';
import { headLine, jobRows, type Look, type Notes } from './run-lines.ts';
import { shapeOf } from './standing.ts';
import { clip, plain } from './text-width.ts';

type Job = RunDetail['jobs'][number];

export type SummaryFacts = {
  detail: RunDetail;
  /** By job; only what the reader has not just seen. */
  failures: ReadonlyMap<string, Failure>;
  /** Whether the run was introduced and shown just above. */
  isFollowUp: boolean;
  /** Whether the coordinator stays: then there is more to look up there. */
  isKept: boolean;
};

export function summaryLines(facts: SummaryFacts, look: Look): string[] {
  const { detail, failures, isFollowUp, isKept } = facts;
  const notes: Notes = Object.fromEntries(detail.jobs.map(job => [job.id, sealText(lastSeal(job))]));
  return [
    ...(isFollowUp ? [] : [headLine(detail, look), ...changeLines(detail, look)]),
    ...trustLines(detail, look),
    ...reasonLines(detail),
    ...jobRows(detail.jobs.map(withoutDetail), look, notes),
    ...detail.warnings.map(warning => `  ${look.colors.yellow('!')} ${plain(warning)}`),
    ...detail.jobs.flatMap(job => failureLines(job, failures.get(job.id), isKept, look)),
    ...(isKept ? linkLines(detail, look) : []),
  ];
}

/** Which pull request the commit is of: the head line tells of the commit itself. */
const changeLines = ({ change, changeTitle }: RunDetail, { width }: Look): string[] =>
  change === null
    ? []
    : [clip(`  ${texts.pullRequest(change)} ${plain(changeTitle ?? '')}`.trimEnd(), width)];

/** What a pull request is trusted with, and who has approved it; of anything else there is nothing to ask. */
function trustLines({ change, trust }: RunDetail, { colors, width, now }: Look): string[] {
  if (change === null) return [];
  const approvals = trust.approvals.map(
    approval => `${approvalText(approval)}, ${texts.ago(ageText(now - approval.at))}`,
  );
  return [trustText(trust), ...approvals].map(line => colors.dim(clip(`  ${plain(line)}`, width)));
}

/** "failed after 1:07: step 2 …" → "failed after 1:07": what follows stands below in full. */
const withoutDetail = (job: Job): Job =>
  messageOf(job) === null ? job : { ...job, text: job.text.split(': ')[0] ?? '' };

/** What went wrong with a job, in full. Null where nothing did: what was cancelled, somebody wanted so. */
function messageOf(job: Job): string | null {
  const isWrong = ['failed', 'timed-out', 'errored'].includes(job.standing);
  return isWrong ? (job.history.at(-1)?.end?.message ?? null) : null;
}

/** Why there are no jobs; every mistake of a suite file on a line of its own. */
function reasonLines({ jobs, standing, message, position, refusal }: RunDetail): string[] {
  if (jobs.length > 0 || message === null) return [];
  const at = position ? `${position.file}:${position.line}:${position.column}` : '';
  const text = message.startsWith(at) ? message : `${at} ${message}`;
  const lines = text.split(/; (?=[^;\s]+:\d+:\d+ )/);
  return [
    `  ${standing === 'empty' ? texts.isEmpty : texts.isRefused}:`,
    ...lines.map(line => `    ${plain(line)}`),
    ...(refusal ? [`    ${texts.refusedAs(refusal)}`] : []),
  ];
}

const lastSeal = (job: Job): LogSeal | null => job.history.at(-1)?.log ?? null;

export const sealText = (seal: LogSeal | null): string => {
  if (seal === null) return '';
  return seal.state === 'complete'
    ? texts.logVerified(bytesText(seal.bytes))
    : texts.logPartial(bytesText(seal.bytes));
};

/** What a job did not pass on, with the end of its step; nothing for one that passed. */
export function failureLines(
  job: Job,
  failure: Failure | undefined,
  isKept: boolean,
  { colors }: Look,
): string[] {
  const message = messageOf(job);
  const refusedAs = job.refusal && texts.refusedAs(job.refusal);
  const subject = `${shapeOf(job.standing, colors)} ${jobLabel(job)}`;
  // One that never ran has said why in its row.
  if (message === null) return refusedAs ? ['', `${subject}: ${refusedAs}`] : [];
  const heading = `${subject}: ${plain(message)}`;
  const shown = colors.isColorSupported ? (line: string) => line : withoutColours;
  const lines = (failure?.lines ?? []).map(line => `    ${shown(line)}`);
  const more = failure && failure.more !== 0 ? texts.moreLines(failure.more) : null;
  const command = isKept ? texts.hints.logs(job.id, failure?.step) : null;
  const rest = [more, command].filter(part => part !== null).join(' · ');
  const verdict = job.verdict ? [`    ${verdictNames[job.verdict.kind]}: ${plain(job.verdict.text)}`] : [];
  const code = refusedAs ? [`    ${refusedAs}`] : [];
  return ['', heading, ...code, ...verdict, ...lines, ...(rest ? [colors.dim(`    ${rest}`)] : [])];
}

function linkLines({ jobs, url }: RunDetail, { colors }: Look): string[] {
  const [job] = jobs;
  // One that went wrong has named its log already.
  const log = jobs.length === 1 && job?.attempt && messageOf(job) === null ? [texts.hints.logs(job.id)] : [];
  return [colors.dim(`  ${[...log, url].join('   ')}`)];
}
