/** What the coordinator answers on the bus: renewals, ends of attempts, host reports, consoles, log frames. */
import type { CoordinatorId, MachineId } from '#shared/ids.ts';
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

export function answerPeers(bus: Bus, brain: Brain, logs: Logs, owner: CoordinatorId): void {
  const answer = (subject: string, act: (sender: string, payload: unknown) => Promise<object | null>) =>
    bus.answer(subject, async request => {
      const answered = await act(request.sender, readPayload(request));
      if (answered === null)
        throw new UnreadableMessage(
          `${request.sender} sent what this version does not understand; update its agent`,
        );
      return answered;
    });
  answer(subjects.upAll('renew'), brain.guests.onRenewal);
  answer(subjects.upAll('finished'), brain.guests.onFinished);
  answer(subjects.upAll('report'), brain.fleet.onReport);
  answer(subjects.upAll('evidence'), brain.fleet.onEvidence);
  bus.answer(subjects.logAll(owner), ({ sender, header = '', data }) =>
    logs.onFrame(sender as MachineId, header, data),
  );
}

function readPayload({ data, sender }: PeerRequest): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    throw new UnreadableMessage(`${sender} sent something that is not JSON`);
  }
}
