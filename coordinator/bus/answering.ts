/**
 * Requests of peers and their answers. Who asks is known from the subject, which the server's permissions have bound to
 * the credential. Answers go to the asking peer's inbox and nowhere else: a peer must not make the coordinator, which may
 * write to every subject, talk to another one. A request that cannot be answered now is not answered at all: peers
 * repeat, and what a handler's failure says is for the log, not for a guest.
 */
import type { Msg } from '@nats-io/transport-node';
import { logFrameHeader } from '#shared/log-frame.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import { isReplySubjectOf, senderOf } from '#shared/subjects.ts';
import type { Complain } from './complaints.ts';
import { giveBack } from './connect.ts';
import type { Connection } from './connection.ts';
import { codeOf, messageOf } from './errors.ts';
import { createLane, laneBounds } from './lane.ts';

export type PeerRequest = {
  sender: string;
  /** Valid until the handler's promise is settled: the memory is used again after it. */
  data: Uint8Array;
  /** The `logFrameHeader` of the message. */
  header: string | undefined;
};

export type Handler = (request: PeerRequest) => Promise<object>;

type Question = PeerRequest & { subject: string; reply: string };

/** Answers the requests on a subject until `close`, which resolves when the last handler has ended. */
export function answerOn(
  subject: string,
  handler: Handler,
  connection: Connection,
  { complain, refused }: { complain: Complain; refused: (code: RefusalCode) => void },
) {
  const lane = createLane<Question>(handle, laneBounds);

  async function handle({ sender, data, header, subject, reply }: Question): Promise<void> {
    try {
      const answer = await handler({ sender, data, header });
      if (connection.isConnected()) connection.nats.publish(reply, JSON.stringify(answer));
    } catch (error) {
      const [code, reason] = [codeOf(error), messageOf(error)];
      const fields = { ...idOf(sender), subject, code, reason };
      if (code === 'unreadable-message' || code === 'bad-frame') refused(code);
      complain('error', `failed ${subject} ${code}`, fields, 'a request failed; its sender repeats it');
    } finally {
      giveBack(data);
    }
  }

  function receive(message: Msg): void {
    if (!isTaken(message)) giveBack(message.data);
  }

  function isTaken({ subject, reply, data, headers }: Msg): boolean {
    const sender = senderOf(subject);
    if (!isReplySubjectOf(sender, reply)) {
      const fields = { ...idOf(sender), subject, reply: reply ?? '' };
      refused('foreign-reply');
      complain('warn', `foreign ${sender}`, fields, 'a request wants its answer elsewhere; it is dropped');
      return false;
    }
    const header = headers?.get(logFrameHeader) || undefined;
    if (lane.offer(sender, data.length, { sender, data, header, subject, reply })) return true;
    refused('too-many-messages');
    complain('warn', `full ${sender}`, { sender, subject }, 'too many requests wait; this one is dropped');
    return false;
  }

  const subscription = connection.nats.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) receive(message);
      else complain('error', subject, { subject, reason: error.message }, 'a subscription failed');
    },
  });
  return async (): Promise<void> => {
    subscription.unsubscribe();
    await lane.close();
  };
}

/** Under the name that log lines have for it. */
const idOf = (sender: string): object =>
  sender.startsWith('host_') ? { host: sender } : { machine: sender };
