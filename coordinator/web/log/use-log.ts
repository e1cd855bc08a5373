import { useEffect, useState, useSyncExternalStore } from 'react';
import type { AttemptId } from '#shared/ids.ts';
import { createLogModel, type LogModel, type LogSnapshot } from './log-model.ts';

/** The log of an attempt for as long as it is shown; null before it has begun. */
export function useLog(attempt: AttemptId, isOver: boolean): LogModel | null {
  const [model, setModel] = useState<LogModel | null>(null);
  // A log that ends while it is shown says so itself.
  const [wasOver] = useState(isOver);
  useEffect(() => {
    const made = createLogModel(attempt, wasOver);
    made.start();
    setModel(made);
    return () => made.close();
  }, [attempt, wasOver]);
  return model;
}

/** The log as it is now; whoever calls this is rendered again whenever something of it has changed. */
export const useSnapshot = (model: LogModel): LogSnapshot =>
  useSyncExternalStore(model.subscribe, model.snapshot);
