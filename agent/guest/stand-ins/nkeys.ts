/**
 * What the guest's bundle has in place of `@nats-io/nkeys` (`coordinator/build/bundle-agents.ts`): nothing. Keys are made and used by
 * `credentials/user-key.ts`; the NATS client wants the library, with a cryptography of its own, only for those who leave that to it.
 */
export {};
