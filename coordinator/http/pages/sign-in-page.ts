import { html } from './html.ts';
import { layout } from './layout.ts';

/** Where a one-time link leads: its script trades the link for a session. */
export const signInPage = (): string =>
  layout(
    { title: 'Sign in', script: 'sign-in.js', isAdmin: false },
    html`<section class="blank"><h1>Sign in</h1><p id="message" role="status">One moment.</p>
<noscript><p>Signing in needs the script of this page. The command line needs none.</p></noscript></section>`,
  );
