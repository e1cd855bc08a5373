/**
 * A request with a frame of a log, written to the socket as it stands. The client would copy each message into fresh
 * memory first, and for 16 MB of log that took as long as writing it.
 * https://docs.nats.io/reference/reference-protocols/nats-protocol#hpub
 */
import { type Msg, type NatsConnection, type NatsConnectionImpl, RequestOne } from '@nats-io/transport-node';
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';
import { logFrameHeader } from '#shared/log-frame.ts';
import { RequestFailed } from '../errors.ts';

export type FrameRequest = { subject: string; header: string; payload: Uint8Array; timeoutMs: number };

const lineEnd = Buffer.from('\r\n');

/**
 * Resolves with the answer, rejects as the client's own request does. The payload must stay as it is until there is an
 * answer, and for ever when there is none.
 */
export async function requestFrame(nats: NatsConnection, request: FrameRequest): Promise<Msg> {
  const { subject, header, payload, timeoutMs } = request;
  const { protocol } = nats as NatsConnectionImpl;
  const { transport } = protocol;
  if (!(transport instanceof NodeTransport && protocol.connected))
    throw new RequestFailed(`${subject}: there is no connection to the coordinator`);
  const asked = new RequestOne(protocol.muxSubscriptions, subject, { timeout: timeoutMs }, false);
  protocol.request(asked);
  const headers = `NATS/1.0\r\n${logFrameHeader}: ${header}\r\n\r\n`;
  const reply = `${protocol.muxSubscriptions.baseInbox}${asked.token}`;
  const sizes = `${headers.length} ${headers.length + payload.length}`;
  const { socket } = transport;
  socket.cork();
  // What was said before goes first: before the first request it is the subscription to the answers.
  socket.write(protocol.outbound.drain());
  socket.write(`HPUB ${subject} ${reply} ${sizes}\r\n${headers}`, 'latin1');
  socket.write(payload);
  socket.write(lineEnd);
  socket.uncork();
  try {
    return await Promise.race([asked.timer, asked.deferred]);
  } catch (error) {
    asked.cancel();
    throw error;
  }
}
