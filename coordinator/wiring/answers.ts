/** What the coordinator answers on the bus: renewals, ends of attempts, host reports, consoles, log frames. */
import type { CoordinatorId, MachineId } from '#shared/ids.ts';
import type { Refused } from '#shared/refusals.ts';
import { subjects } from '#shared/subjects.ts';
import type { PeerRequest } from '../bus/answering.ts';
import type { Bus } from '../bus/bus.ts';
import type { Logs } from '../logs/logs.ts';
import type { Brain } from './brain.ts';

/** A message that no agent of this protocol sends: it gets no answer, and the log says from whom it came. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  readonly code = 'unreadable-message';
}

export type AnswerParts = { bus: Bus; brain: Brain; logs: Logs; refused: Refused };

export function answerPeers({ bus, brain, logs, refused }: AnswerParts, owner: CoordinatorId): void {
  const noted = <Answer extends object>(answer: Answer): Answer => {
    if (isFenced(answer)) refused('fenced', 'bus');
    return answer;
  };
  const answer = (subject: string, act: (sender: string, payload: unknown) => Promise<object | null>) =>
    bus.answer(subject, async request => {
      const answered = await act(request.sender, readPayload(request));
      if (answered === null)
        throw new UnreadableMessage(
          `${request.sender} sent what this version does not understand; update its agent`,
        );
      return noted(answered);
    });
  answer(subjects.upAll('renew'), brain.guests.onRenewal);
  answer(subjects.upAll('finished'), brain.guests.onFinished);
  answer(subjects.upAll('report'), brain.fleet.onReport);
  answer(subjects.upAll('evidence'), brain.fleet.onEvidence);
  bus.answer(subjects.logAll(owner), async ({ sender, header = '', data }) =>
    noted(await logs.onFrame(sender as MachineId, header, data)),
  );
}

/** A message about an attempt that is over, or another machine's. */
const isFenced = (answer: { answer?: unknown; want?: unknown }): boolean =>
  answer.answer === 'fenced' || answer.want === 'fenced';

function readPayload({ data, sender }: PeerRequest): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    throw new UnreadableMessage(`${sender} sent something that is not JSON`);
  }
}
