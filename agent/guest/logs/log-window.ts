/**
 * What an answer of the log owner means for sending. Pure. Frames go out without waiting for each other, so answers to
 * frames that were sent before a step back still arrive: each frame carries the generation in which it was sent, and
 * only `fenced` is heard from an old one.
 */

import type { CoordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';

export type LogWindow = {
  generation: number;
  answeredBytes: number;
  answeredMarks: number;
  /** Steps back since the last frame that was stored. */
  setbacks: number;
};

export type SentFrame = {
  generation: number;
  /** The place behind its last byte, and behind its last mark. */
  endBytes: number;
  endMarks: number;
};

export type WindowStep =
  | { act: 'go-on'; window: LogWindow }
  /** Everything from the window's answered bytes and marks on is sent again, after a pause; by one frame at first. */
  | { act: 'go-back'; window: LogWindow; pauseMs: number; owner?: CoordinatorId }
  | { act: 'stop' };

export const firstWindow: LogWindow = { generation: 0, answeredBytes: 0, answeredMarks: 0, setbacks: 0 };

/** Decides on the answer to a frame; null stands for a request that failed or timed out. */
export function onAnswer(window: LogWindow, sent: SentFrame, answer: LogFrameAnswer | null): WindowStep {
  if (answer?.answer === 'fenced') return { act: 'stop' };
  if (sent.generation !== window.generation) return { act: 'go-on', window };
  if (answer === null) return goBack(window, retryMs(window.setbacks));
  switch (answer.answer) {
    case 'stored':
      return onStored(window, sent, answer);
    case 'moved':
      return { ...goBack(window, pauseOf(window)), owner: answer.owner };
    case 'later':
      return goBack(window, limits.logLaterMs);
  }
}

type Stored = Extract<LogFrameAnswer, { answer: 'stored' }>;

/** An owner that has less than it was sent lost it (a restart, a lost frame): its word is where to go on from. */
function onStored(
  window: LogWindow,
  { endBytes, endMarks }: SentFrame,
  { bytes, marks }: Stored,
): WindowStep {
  if (bytes >= endBytes && marks >= endMarks) {
    const answeredBytes = Math.max(window.answeredBytes, endBytes);
    const answeredMarks = Math.max(window.answeredMarks, endMarks);
    return { act: 'go-on', window: { ...window, answeredBytes, answeredMarks, setbacks: 0 } };
  }
  const has = { answeredBytes: Math.min(bytes, endBytes), answeredMarks: Math.min(marks, endMarks) };
  return goBack({ ...window, ...has }, pauseOf(window));
}

function goBack(window: LogWindow, pauseMs: number): Extract<WindowStep, { act: 'go-back' }> {
  return { act: 'go-back', window: { ...nextGeneration(window), setbacks: window.setbacks + 1 }, pauseMs };
}

/** The window after the order to send everything again from an offset, marks included. */
export const rewound = (window: LogWindow, answeredBytes: number): LogWindow => ({
  ...nextGeneration(window),
  answeredBytes,
  answeredMarks: 0,
});

const nextGeneration = (window: LogWindow): LogWindow => ({ ...window, generation: window.generation + 1 });

/** The first step back is taken at once; an owner that keeps saying the same is not asked in a circle. */
const pauseOf = ({ setbacks }: LogWindow): number => (setbacks === 0 ? 0 : retryMs(setbacks));

const retryMs = (setbacks: number): number =>
  Math.min(limits.logRetryMaxMs, limits.logRetryFirstMs * 2 ** Math.min(setbacks, 16));
