/**
 * The connection that brings a live log. One that breaks is made anew, sooner at first and later when nobody answers; after
 * sleep, or when the network is back, at once: a connection that died in between would not say so.
 */
import { type LogSocketFrame, logSocketFrame } from '#shared/api.ts';
import { coordinatorNow } from '../live/clock.ts';
import { retryDelay } from '../live/live-socket.ts';
import { watchSleep } from '../live/watch-sleep.ts';

export type Connection =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'lost'; retryAt: number }
  /** Nothing more will come. */
  | { state: 'over' };

export type LogSocketOptions = {
  /** Asked for at each attempt: it says where to go on. */
  path(): string;
  onOpen(): void;
  onFrame(frame: LogSocketFrame): void;
  onChange(connection: Connection): void;
};

/** @returns a function that ends it. */
export function connectLog({ path, onOpen, onFrame, onChange }: LogSocketOptions): () => void {
  let socket: WebSocket | null = null;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  function connect(): void {
    clearTimeout(retry);
    const made = new WebSocket(path());
    socket = made;
    made.onopen = () => {
      failures = 0;
      onChange({ state: 'open' });
      onOpen();
    };
    made.onmessage = ({ data }) => {
      // What one that was given up still brings comes again by the next one.
      if (socket !== made) return;
      const frame = logSocketFrame.safeParse(JSON.parse(data)).data;
      // What a newer coordinator says besides is for newer pages.
      if (!frame) return;
      if (frame.type === 'end') isOver = true;
      onFrame(frame);
    };
    made.onclose = () => {
      if (socket !== made) return;
      socket = null;
      if (isOver) onChange({ state: 'over' });
      else again();
    };
  }

  function again(): void {
    const ms = retryDelay(failures++, Math.random());
    onChange({ state: 'lost', retryAt: coordinatorNow() + ms });
    retry = setTimeout(connect, ms);
  }

  /** What was open is not trusted any more. */
  function anew(): void {
    if (isOver) return;
    const old = socket;
    socket = null;
    old?.close();
    onChange({ state: 'connecting' });
    connect();
  }

  const unwatch = watchSleep(anew);
  onChange({ state: 'connecting' });
  connect();

  return () => {
    isOver = true;
    unwatch();
    clearTimeout(retry);
    const last = socket;
    socket = null;
    last?.close();
  };
}
