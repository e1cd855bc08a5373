import { expect, test } from 'vitest';
import { endSentence } from '#agent/host/drivers/process/guest-end.ts';

const killed = { exitCode: null, signal: 'SIGKILL' as const };

test('a guest that said nothing is described by how it ended', () => {
  expect(endSentence(killed, null)).toBe('its guest agent was ended by SIGKILL');
  expect(endSentence({ exitCode: 0, signal: null }, null)).toBe('its guest agent ended as it was told to');
});

test('the last lines of its console are quoted, and what the agent says of itself is put into words', () => {
  const lines = [
    'one',
    'Segmentation fault',
    JSON.stringify({ at: '2026-11-25T00:00:00Z', event: 'enrolment failed', message: 'the ticket is bound' }),
    JSON.stringify({ at: '2026-11-25T00:00:01Z', event: 'ended' }),
  ];
  const sentence = endSentence({ exitCode: 3, signal: null }, Buffer.from(lines.join('\n')));
  expect(sentence).toBe(
    'its guest agent ended with exit code 3; its last words: Segmentation fault / enrolment failed: the ticket is bound / ended',
  );
});
