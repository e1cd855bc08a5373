import type { LogSeal } from '#shared/attempt.ts';
import { bytesText, durationText } from '#shared/duration.ts';
import type { AttemptEnd } from '#shared/job.ts';
import type { Section } from './sections.ts';
import { texts } from './texts.ts';

export type LogEndProps = { seal: LogSeal; sections: readonly Section[]; end: AttemptEnd | null };

/** How the last step ended, why the attempt did when it was not for that, and what proves that this is the whole log. */
export function LogEnd({ seal, sections, end }: LogEndProps) {
  const facts = [exitOf(sections), reasonOf(end), sealOf(seal)];
  return <p className="log-end">{facts.filter(Boolean).join(' · ')}</p>;
}

function exitOf(sections: readonly Section[]): string {
  const last = sections.findLast(({ step }) => step !== null);
  if (!last?.end) return '';
  const how = last.end.exitCode === null ? texts.signal(last.end.signal) : texts.exit(last.end.exitCode);
  return texts.ended(how, durationText(Math.max(0, last.end.at - (last.startedAt ?? last.end.at))));
}

/** An exit speaks for itself. */
const reasonOf = (end: AttemptEnd | null): string =>
  end && end.reason !== 'exited' ? texts.reason(texts.reasons[end.reason], end.message) : '';

function sealOf(seal: LogSeal): string {
  const size = bytesText(seal.bytes);
  return seal.state === 'complete'
    ? texts.complete(size, seal.lines, seal.sha256)
    : texts.partial(size, seal.reason);
}
