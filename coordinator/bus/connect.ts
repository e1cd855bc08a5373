/** The client's `connect`, over a socket that reads into memory of ours: see `message-reader.ts`. */
import { createConnection, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { createLargeBuffers, type LargeBuffers } from './large-buffers.ts';
import { createMessageReader } from './message-reader.ts';

/** Of all connections: which of them a transport belongs to is not known when the client makes it. */
const largeBuffers = createLargeBuffers();

/** A message was dealt with; nothing of its data is needed any more. Harmless for any bytes. */
export const { giveBack } = largeBuffers;

/** As the client's own, which also sets the transport of every connection that is made or made again after it. */
export function connect(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new Transport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

class Transport extends NodeTransport {
  override dial(server: Parameters<NodeTransport['dial']>[0]): Promise<Socket> {
    // Under TLS the socket's bytes are read by TLS itself, into memory of its own.
    if (this.options.tls) return super.dial(server);
    const { hostname, port } = server;
    return new Promise((resolve, reject) => {
      const socket: Socket = createConnection({
        host: hostname,
        port,
        noDelay: true,
        onread: onRead(piece => socket.emit('data', piece)),
      });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeAllListeners();
        resolve(socket);
      });
    });
  }
}

function onRead(onPiece: (piece: Uint8Array) => void, large: LargeBuffers = largeBuffers) {
  const reader = createMessageReader(large, onPiece);
  return {
    buffer: reader.room,
    callback(bytes: number) {
      reader.took(bytes);
      return true;
    },
  };
}
