/**
 * How the Node of a guest is started. A guest waits most of the time, and the cores belong to its suite: threads of V8's own
 * cost it a tenth of its work in waking each other, and memory. Not `--single-threaded`, `--no-opt` and their like: with them
 * V8 refuses what Node has compiled of its modules ahead, and compiles them anew.
 */
export const guestFlags = ['--single-threaded-gc', '--no-concurrent-recompilation'] as const;

/** In a machine of its own, which may be emulated, also with room for all that a start leaves behind: three collections less. */
export const roomyGuestFlags = [...guestFlags, '--min-semi-space-size=16'] as const;
