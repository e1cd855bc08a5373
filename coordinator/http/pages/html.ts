/** Pages as strings, escaped by construction: `html` escapes every value that is not itself the result of `html`. */
import type { Standing } from '#shared/api.ts';
import { shapes } from '#shared/words.ts';

export type Html = { readonly html: string };
type Value = Html | Html[] | string | number | null | false;

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, character => escapes[character] ?? character);

function render(value: Value): string {
  if (value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(render).join('');
  return typeof value === 'object' ? value.html : escaped(String(value));
}

export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return { html: parts.reduce((text, part, index) => `${text}${render(values[index - 1] ?? null)}${part}`) };
}

/** Shape and word together: colour alone says nothing to some. */
export const badge = (standing: Standing): Html =>
  html`<span class="badge ${standing}"><span aria-hidden="true">${shapes[standing]}</span> ${standing}</span>`;

/** One small square per job, in the fixed order of the run. */
export const barcode = (
  jobs: readonly { standing: Standing; image: string; suite: string; id: string }[],
): Html =>
  html`<span class="barcode">${jobs.map(
    job =>
      html`<a class="square ${job.standing}" href="/jobs/${job.id}" title="${job.image} ${job.suite}: ${job.standing}">${shapes[job.standing]}</a>`,
  )}</span>`;

/** A moment, exact on hover; the script of the page makes it relative. */
export const moment = (at: number): Html => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
};

export type Layout = {
  title: string;
  script: 'live.js' | 'job.js' | 'sign-in.js' | null;
  isAdmin: boolean;
  live?: Record<string, string>;
};

export function layout({ title, script, isAdmin, live = {} }: Layout, body: Html): string {
  const data = Object.entries(live).map(([name, value]) => html` data-${name}="${value}"`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Paddock</title>
<link rel="icon" href="/assets/favicon.svg">
<link rel="stylesheet" href="/assets/style.css">
${script ? html`<script type="module" src="/assets/${script}"></script>` : null}
</head>
<body${data}>
<header class="top"><a class="mark" href="/"><img src="/assets/favicon.svg" alt="" width="20" height="20"> Paddock</a>
<nav aria-label="Pages"><a href="/">Runs</a>${isAdmin ? html` <a href="/deliveries">Deliveries</a>` : null}</nav></header>
<main>${body}</main>
</body>
</html>`.html;
}
