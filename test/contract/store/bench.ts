/** A database under test, and a store on it for every test of a `describe` block. */
import { afterEach, beforeEach } from 'vitest';
import type { StoreLocation } from '#coordinator/store/connect.ts';
import { openStore, type Store } from '#coordinator/store/store.ts';

export type StoreBench = {
  database: StoreLocation['type'];
  location: StoreLocation;
  /** One statement of another program, behind the store's back. */
  outside(statement: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
};

/** `empty`: not even a schema; `ready`: a schema of today may be there already, where making it anew takes long. */
export type OpenBench = (as: 'empty' | 'ready') => Promise<StoreBench>;

export type Lab = { readonly store: Store; readonly bench: StoreBench };

export function useStore(openBench: OpenBench): Lab {
  let lab: Lab | null = null;
  beforeEach(async () => {
    const bench = await openBench('ready');
    lab = { bench, store: await openStore(bench.location) };
  });
  afterEach(async () => {
    await lab?.store.close();
    await lab?.bench.remove();
    lab = null;
  });
  const current = (): Lab => {
    if (!lab) throw new Error('the store is there while a test runs');
    return lab;
  };
  return {
    get store() {
      return current().store;
    },
    get bench() {
      return current().bench;
    },
  };
}
