import type { NatsConnection } from '@nats-io/transport-node';
import { until } from '#test/support/until.ts';

/** What really happened: the message arrived on the other side, or the server said no and nothing arrived. */
export async function trySubject(
  does: 'publish' | 'subscribe',
  subject: string,
  { nats, complaints }: { nats: NatsConnection; complaints: string[] },
  observer: NatsConnection,
): Promise<'allowed' | 'refused'> {
  const before = complaints.length;
  const [sender, receiver] = does === 'publish' ? [nats, observer] : [observer, nats];
  let arrived = 0;
  const count = (error: Error | null) => {
    if (!error) arrived++;
  };
  const subscription = receiver.subscribe(subject, { callback: count });
  await receiver.flush();
  sender.publish(subject.replace(/\*|>/g, 'x'), 'attempt');
  await sender.flush();
  await receiver.flush();
  subscription.unsubscribe();
  const isRefused = () => complaints.slice(before).some(complaint => /Permissions Violation/.test(complaint));
  await until(`an outcome of: ${does} ${subject}`, () => arrived > 0 || isRefused());
  return arrived > 0 ? 'allowed' : 'refused';
}
