/** An answer on a connection that has no response object: a refused WebSocket, a request that is not HTTP. */
import type { Duplex } from 'node:stream';
import { refusalHeader, retryAfterS } from '../ground/refuse.ts';
import type { CodedProblem } from './errors.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers and ends the connection, whether or not the other side ends its half. */
export function answerRaw(socket: Duplex, answer: CodedProblem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(answer);
  const wait = retryAfterS(answer.status);
  const headers = {
    ...securityHeaders,
    'content-type': 'application/problem+json',
    [refusalHeader]: answer.code,
    ...(wait === null ? {} : { 'retry-after': wait }),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${answer.status} ${answer.title}\r\n${lines.join('')}\r\n${body}`);
}
