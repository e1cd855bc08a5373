/** What is around every page. */
import type { Standing } from '#shared/api.ts';
import { type Html, html } from './html.ts';

export type Layout = {
  title: string;
  script: 'list.js' | 'job.js' | 'sign-in.js' | null;
  isAdmin: boolean;
  /** The mark in the browser's tab says how it stands. */
  standing?: Standing;
  /** `data-` attributes for the page's script. */
  data?: Record<string, string>;
};

const icons: Partial<Record<Standing, string>> = {
  passed: '-passed',
  failed: '-failed',
  'timed-out': '-failed',
  refused: '-failed',
  running: '-running',
};

/** A square fence with one gate open: the drawing of `favicon.svg`, in the colour of the theme. */
const fence = html`<svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d="M9.5 2H14v12H2V2h3.5M5.5 2v5M9.5 2 13 6"/></svg>`;

export function layout({ title, script, isAdmin, standing, data = {} }: Layout, body: Html): string {
  const attributes = Object.entries(data).map(([name, value]) => html` data-${name}="${value}"`);
  const icon = (standing && icons[standing]) ?? '';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Paddock</title>
<link rel="icon" href="/assets/favicon${icon}.svg">
<link rel="stylesheet" href="/assets/style.css">
${script ? html`<script type="module" src="/assets/${script}"></script>` : null}
</head>
<body data-now="${Date.now()}"${attributes}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><a class="mark" href="/">${fence}Paddock</a>
<nav class="pages" aria-label="Pages"><a href="/">Runs</a>${isAdmin ? html`<a href="/deliveries">Deliveries</a>` : null}</nav>
<span class="who">${isAdmin ? html`<button type="button" data-sign-out>Sign out</button>` : html`reading only`}</span></header>
<main id="main">${body}</main>
<p id="said" class="said" role="status"></p>
</body>
</html>`.html;
}
