import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { createLiveSocket, type LiveListener, type LiveSocket, type LiveState } from './live-socket.ts';
import { createRefresher } from './refresher.ts';
import { watchSleep } from './watch-sleep.ts';

const Live = createContext<LiveSocket | null>(null);

const connect = () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);

/** One socket for the page; whatever is asked for below is asked for again when it says so. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [socket] = useState(() => createLiveSocket({ connect, now: Date.now, random: Math.random }));
  useEffect(() => {
    const refresher = createRefresher(queryClient);
    const unlisten = socket.listen(refresher);
    const unwatch = watchSleep(socket.reopen);
    socket.open();
    return () => {
      unwatch();
      unlisten();
      refresher.close();
      socket.close();
    };
  }, [socket, queryClient]);
  return <Live value={socket}>{children}</Live>;
}

function useSocket(): LiveSocket {
  const socket = useContext(Live);
  if (!socket) throw new Error('there is no live socket around this');
  return socket;
}

export function useLiveState(): LiveState & { reopen(): void } {
  const socket = useSocket();
  const state = useSyncExternalStore(socket.watch, socket.state);
  return { ...state, reopen: socket.reopen };
}

/** Hears every change while it is on the page. */
export function useLive(listener: LiveListener): void {
  const socket = useSocket();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      socket.listen({
        onFrame: frame => latest.current.onFrame(frame),
        onResume: () => latest.current.onResume(),
      }),
    [socket],
  );
}
