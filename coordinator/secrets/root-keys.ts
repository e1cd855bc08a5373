/**
 * THE CONTRACT of a holder of root keys, which seal the keys of values. Either the keys themselves are here
 * (`plain-keys.ts`), or a service has them and never gives them out (`key-service.ts`).
 *
 * Names. A root key is named by its fingerprint, or as its service calls it; the name is stored with what it has wrapped.
 * Errors. `SecretsError`: `secret-key-unusable` until somebody mends the configuration, `secret-key-unavailable` for what
 *   passes, `secret-damaged` for what does not open under the key that it names.
 */
import type { Envelope } from '../store/secrets.ts';
import type { Bound } from './envelope.ts';

export type WrappedKey = Pick<Envelope, 'root' | 'wrapped'>;

export type RootKeys = {
  /** Where they come from, for people. */
  readonly source: string;
  /** Name of the one that wraps from now on. */
  current(): Promise<string>;
  /** Whether what this one has wrapped can be opened, as far as is known without trying. */
  has(root: string): Promise<boolean>;
  wrap(dataKey: Buffer, bound: Bound): Promise<WrappedKey>;
  unwrap(wrapped: WrappedKey, bound: Bound): Promise<Buffer>;
  /** What was read is read again when it is needed. */
  forget?(): void;
  /** Where we keep the keys ourselves: a rotation was begun and is not through. */
  isRotating?(): Promise<boolean>;
  /** Where we keep the keys ourselves: a new one is made, and wraps; the one before still opens. Repeating makes no other. */
  makeNext?(): Promise<void>;
  /** Nothing hangs on any other than the current one: the others go. */
  retireOld?(): Promise<void>;
};
