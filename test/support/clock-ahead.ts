import { vi } from 'vitest';

/** Sets the wall clock of this process an hour ahead; the monotonic one stays what it is. `setBack` ends it. */
export function clockAhead(): { setBack(): void } {
  const trueTime = Date.now;
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => trueTime() + 3_600_000);
  return { setBack: () => ahead.mockRestore() };
}
