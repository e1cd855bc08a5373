import type { LogSeal } from '#shared/attempt.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { bytesText, durationText } from '#shared/quantity-text.ts';
import { texts } from '../texts/texts.ts';
import type { Section } from './sections.ts';

export type LogEndProps = { seal: LogSeal; sections: readonly Section[]; end: AttemptEnd | null };

/** How the last step ended, why the attempt did when it was not for that, and what proves that this is the whole log. */
export function LogEnd({ seal, sections, end }: LogEndProps) {
  const facts = [exitOf(sections), reasonOf(end), sealOf(seal)];
  return <p className="log-end">{facts.filter(Boolean).join(' · ')}</p>;
}

function exitOf(sections: readonly Section[]): string {
  const last = sections.findLast(({ step }) => step !== null);
  if (!last?.end) return '';
  const how =
    last.end.exitCode === null ? texts.log.signal(last.end.signal) : texts.log.exit(last.end.exitCode);
  return texts.log.ended(how, durationText(Math.max(0, last.end.at - (last.startedAt ?? last.end.at))));
}

/** An exit speaks for itself. */
const reasonOf = (end: AttemptEnd | null): string =>
  end && end.reason !== 'exited' ? texts.log.reason(texts.log.reasons[end.reason], end.message) : '';

function sealOf(seal: LogSeal): string {
  const size = bytesText(seal.bytes);
  return seal.state === 'complete'
    ? texts.log.complete(size, seal.lines, seal.sha256)
    : texts.log.partial(size, seal.reason);
}
