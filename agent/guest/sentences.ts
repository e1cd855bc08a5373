/** What an attempt says of its end, in one sentence each: they become commit statuses. Pure. */
import type { AttemptEnd } from '#shared/job.ts';
import type { RunStep } from '#shared/messages.ts';
import { durationText } from '#shared/quantity-text.ts';

const messageChars = 2_000;
const nameChars = 60;

/** Which step of how many: `step 2/3 "make check"`. */
export type StepPlace = { index: number; of: number; step: RunStep };

const quoted = (name: string): string => {
  const line = name.replace(/\s+/g, ' ').trim();
  return `"${line.length > nameChars ? `${line.slice(0, nameChars - 1)}…` : line}"`;
};

export const placeText = ({ index, of, step }: StepPlace): string =>
  `step ${index + 1}/${of} ${quoted(step.name || step.run)}`;

/** As long as a message may be. */
export const endMessage = (text: string): string => text.slice(0, messageChars);

export type Exit = { exitCode: number | null; signal?: string | undefined };

/** `lastLine` is what the step said last, when that is short enough to help. */
export function failedStep(
  place: StepPlace,
  { exitCode, signal }: Exit,
  lastLine: string | null,
): AttemptEnd {
  const how = exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `exited with ${exitCode}`;
  return {
    reason: 'exited',
    exitCode,
    ...(signal === undefined ? {} : { signal: signal.slice(0, 16) }),
    step: place.index,
    message: endMessage(`${placeText(place)} ${how}${lastLine === null ? '' : `: ${lastLine}`}`),
  };
}

export const passedSteps = (of: number): AttemptEnd => ({
  reason: 'exited',
  exitCode: 0,
  step: of - 1,
  message: of === 1 ? 'the step passed' : `all ${of} steps passed`,
});

export function timedOutStep(place: StepPlace, limit: 'total' | 'idle'): AttemptEnd {
  const ms = limit === 'total' ? place.step.timeoutMs : place.step.idleTimeoutMs;
  const what =
    limit === 'total' ? `did not end within ${durationText(ms)}` : `printed nothing for ${durationText(ms)}`;
  return {
    reason: 'timed-out',
    limit,
    step: place.index,
    message: endMessage(`${placeText(place)} ${what}`),
  };
}

export const pastDeadline = (deadlineMs: number, step: number): AttemptEnd => ({
  reason: 'timed-out',
  limit: 'deadline',
  step,
  message: `the job did not end within its ${durationText(deadlineMs)}`,
});

export const setupFailed = (message: string, permanent: boolean): AttemptEnd => ({
  reason: 'setup-failed',
  permanent,
  message: endMessage(message),
});

export const silenced = (silenceMs: number): AttemptEnd => ({
  reason: 'lost',
  message: `no answer from the coordinator for ${durationText(silenceMs)}; a job of kind once must not go on alone`,
});
