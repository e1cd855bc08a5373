import { expect, test } from 'vitest';
import { firstWindow, onAnswer, rewound, type SentFrame } from '#agent/guest/logs/log-window.ts';
import { coordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';

const sent: SentFrame = { generation: 0, endBytes: 100, endMarks: 2 };
const stored = (bytes: number, marks = 2): LogFrameAnswer => ({ answer: 'stored', bytes, marks, epoch: 1 });
const owner = coordinatorId.parse('coordinator_01h455vb4pex5vsknk084sn02q');

test('a stored frame moves the window on, and forgives earlier setbacks', () => {
  const step = onAnswer({ ...firstWindow, setbacks: 3 }, sent, stored(120));
  expect(step).toEqual({
    act: 'go-on',
    window: { generation: 0, answeredBytes: 100, answeredMarks: 2, setbacks: 0 },
  });
});

test('an answer that comes late takes nothing back', () => {
  const window = { ...firstWindow, answeredBytes: 500, answeredMarks: 4 };
  expect(onAnswer(window, sent, stored(500, 4))).toEqual({ act: 'go-on', window });
});

test.each([
  ['bytes', stored(60), { answeredBytes: 60, answeredMarks: 2 }],
  ['marks', stored(100, 0), { answeredBytes: 100, answeredMarks: 0 }],
])('an owner without the %s that were sent is believed, at once for the first time', (_, answer, has) => {
  const step = onAnswer({ ...firstWindow, answeredBytes: 80 }, sent, answer);
  expect(step).toEqual({ act: 'go-back', pauseMs: 0, window: { ...has, generation: 1, setbacks: 1 } });
});

test('an owner that keeps answering the same is asked more and more slowly', () => {
  const pauses = [1, 2, 3, 9].map(setbacks => {
    const step = onAnswer({ ...firstWindow, setbacks }, sent, stored(0));
    return step.act === 'go-back' ? step.pauseMs : null;
  });
  expect(pauses).toEqual([400, 800, 1_600, limits.logRetryMaxMs]);
});

test.each<[string, LogFrameAnswer | null, number]>([
  ['no answer', null, limits.logRetryFirstMs],
  ['later', { answer: 'later', message: 'disk full' }, limits.logLaterMs],
  ['moved', { answer: 'moved', owner }, 0],
])('%s: back to what is answered, after a pause', (_, answer, pauseMs) => {
  const window = { ...firstWindow, answeredBytes: 80, answeredMarks: 1 };
  const step = onAnswer(window, sent, answer);
  expect(step).toMatchObject({ act: 'go-back', pauseMs, window: { ...window, generation: 1, setbacks: 1 } });
  expect('owner' in step ? step.owner : null).toBe(answer?.answer === 'moved' ? owner : null);
});

test('answers to frames from before a step back change nothing, but a fence counts', () => {
  const window = rewound(firstWindow, 40);
  for (const answer of [null, stored(0), { answer: 'moved', owner } as const])
    expect(onAnswer(window, sent, answer)).toEqual({ act: 'go-on', window });
  expect(onAnswer(window, sent, { answer: 'fenced' })).toEqual({ act: 'stop' });
});
