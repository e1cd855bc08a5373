import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * Gives back what the start left behind. V8 keeps room for as much as it needed then, and a process that waits most of the
 * time gives it no occasion to shrink: 14 MiB of a guest. Takes some 20 ms; `gc` is a function of new contexts once the flag is
 * set, and only its last resort gives pages back.
 */
export function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')({ type: 'major', flavor: 'last-resort' });
}
