/** Server-sent events: the whole view of a pull request, now and after every change. */
import type { ServerResponse } from 'node:http';
import { limits } from '#shared/limits.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import type { Tour } from '../tour/tour.ts';
import { type Answer, notFound, said } from './answer.ts';

/** Takes the response over until its reader is gone; answers what to send instead when there is nothing to stream. */
export function makeStreams(tour: Tour): (number: number, response: ServerResponse) => Answer | null {
  let open = 0;
  return (number, response) => {
    if (!tour.view(number)) return notFound;
    if (open >= limits.demoPages)
      return said(503, 'too many pages of this demonstration are open; close some');
    open++;
    response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream' });
    // Whoever reads slowly gets the newest view when there is room again, not every one in between.
    const send = () => {
      if (!response.writableNeedDrain) response.write(`data: ${JSON.stringify(tour.view(number))}\n\n`);
    };
    const stop = tour.onChange(send);
    response.on('drain', send).once('close', () => {
      stop();
      open--;
    });
    send();
    return null;
  };
}
