import { Outlet } from '@tanstack/react-router';

/** What is around every page. */
export function Frame() {
  return (
    <main id="main">
      <Outlet />
    </main>
  );
}
