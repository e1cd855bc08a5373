import type { Problem } from '#shared/api.ts';
import { html } from './html.ts';
import { layout } from './layout.ts';
import { sentence } from './signs.ts';

/** What a person sees in place of the page that was asked for: what is wrong, and the next thing to try. */
export const problemPage = ({ status, title, detail, hint }: Problem): string =>
  layout(
    { title, script: null, isAdmin: false },
    html`<section class="blank"><p class="dim num">${status}</p><h1>${title}</h1><p>${sentence(detail)}.</p>
${hint ? html`<p>${sentence(hint)}</p>` : null}<p><a href="/">Runs</a></p></section>`,
  );
