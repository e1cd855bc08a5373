/**
 * Finds any of many byte strings in one pass: the automaton of Aho and Corasick ("Efficient string matching", CACM 18,
 * 1975). A state is a prefix of a pattern; the state after some bytes is the longest prefix that they end with. Memory
 * grows with the sum of the pattern lengths (20 bytes a state), not with the alphabet: certificates are long. Where no
 * pattern has begun, a filter says where the next one may.
 */
import { type CandidateFilter, createCandidateFilter } from './candidate-filter.ts';

export type Automaton = {
  /**
   * Reads `bytes[from…]`, starting in `state` (0 at the beginning), and returns the state after the last one. `onMatch`
   * gets the index of the last byte of a match and the length of the longest pattern that ends there.
   */
  scan(
    bytes: Uint8Array,
    from: number,
    state: number,
    onMatch: (last: number, length: number) => void,
  ): number;
  /** How many of the last bytes may still become a match. */
  depth(state: number): number;
  /** Length of the longest pattern. */
  longest: number;
};

/** Children as linked lists, the first state's as a table: most bytes of a log are met there. 0 means none. */
type Trie = {
  states: number;
  first: Int32Array;
  child: Int32Array;
  sibling: Int32Array;
  byte: Uint8Array;
  depth: Int32Array;
  /** Longest pattern that ends at the state. */
  matched: Int32Array;
  /** The longest proper suffix of the state that is a state too. */
  fail: Int32Array;
};

/** Builds the automaton in time that grows with the sum of the pattern lengths. Patterns have at least two bytes. */
export function buildAutomaton(patterns: readonly Uint8Array[]): Automaton {
  const trie = emptyTrie(patterns.reduce((sum, pattern) => sum + pattern.length, 1));
  for (const pattern of patterns) plant(trie, pattern);
  linkFailures(trie);
  const filter = createCandidateFilter(patterns);
  return {
    scan: (bytes, from, state, onMatch) => scan(trie, filter, bytes, from, state, onMatch),
    depth: state => trie.depth[state] ?? 0,
    longest: patterns.reduce((most, pattern) => Math.max(most, pattern.length), 0),
  };
}

function scan(
  trie: Trie,
  filter: CandidateFilter,
  bytes: Uint8Array,
  from: number,
  start: number,
  onMatch: (last: number, length: number) => void,
) {
  const { first, fail, matched } = trie;
  let state = start;
  for (let i = state === 0 ? filter.next(bytes, from) : from; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    let next = 0;
    while (state !== 0) {
      next = childOf(trie, state, byte);
      if (next !== 0) break;
      state = fail[state] as number;
    }
    state = next === 0 ? (first[byte] as number) : next;
    const length = matched[state] as number;
    if (length !== 0) onMatch(i, length);
    if (state === 0) i = filter.next(bytes, i + 1) - 1;
  }
  return state;
}

/** For any state but the first. */
function childOf({ child, sibling, byte: bytes }: Trie, state: number, byte: number): number {
  let next = child[state] as number;
  while (next !== 0 && bytes[next] !== byte) next = sibling[next] as number;
  return next;
}

function emptyTrie(size: number): Trie {
  const numbers = () => new Int32Array(size);
  return {
    states: 1,
    first: new Int32Array(256),
    child: numbers(),
    sibling: numbers(),
    byte: new Uint8Array(size),
    depth: numbers(),
    matched: numbers(),
    fail: numbers(),
  };
}

function plant(trie: Trie, pattern: Uint8Array): void {
  let state = 0;
  for (const byte of pattern) {
    const next = state === 0 ? (trie.first[byte] as number) : childOf(trie, state, byte);
    state = next === 0 ? sprout(trie, state, byte) : next;
  }
  trie.matched[state] = pattern.length;
}

function sprout(trie: Trie, parent: number, byte: number): number {
  const state = trie.states++;
  trie.byte[state] = byte;
  trie.depth[state] = (trie.depth[parent] as number) + 1;
  if (parent === 0) trie.first[byte] = state;
  else {
    trie.sibling[state] = trie.child[parent] as number;
    trie.child[parent] = state;
  }
  return state;
}

/** Breadth first: a state's failure is shorter than the state, so it is known already. */
function linkFailures(trie: Trie): void {
  const { first, child, sibling, byte, fail, matched } = trie;
  const queue = new Int32Array(trie.states);
  let end = 0;
  for (const state of first) if (state !== 0) queue[end++] = state;
  for (let at = 0; at < end; at++) {
    const parent = queue[at] as number;
    for (let state = child[parent] as number; state !== 0; state = sibling[state] as number) {
      fail[state] = follow(trie, fail[parent] as number, byte[state] as number);
      matched[state] = Math.max(matched[state] as number, matched[fail[state] as number] as number);
      queue[end++] = state;
    }
  }
}

function follow(trie: Trie, from: number, byte: number): number {
  for (let state = from; state !== 0; state = trie.fail[state] as number) {
    const next = childOf(trie, state, byte);
    if (next !== 0) return next;
  }
  return trie.first[byte] as number;
}
