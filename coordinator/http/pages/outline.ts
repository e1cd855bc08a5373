/** What runs and jobs say where no script runs, and in the preview of a link. */

import type { JobView, RunView } from '#shared/api.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { shapes } from '#shared/words.ts';
import { type Html, html } from './html.ts';

type Outline = { title: string; summary: string; body: Html; data: string[] };

export const runOutline = ({
  id,
  number,
  repository,
  commit,
  title,
  standing,
  message,
  jobs,
}: RunView): Outline => ({
  title: `${shapes[standing]} ${repository} #${number}: ${title}`,
  summary: `${title} · ${shortCommit(commit)} · ${standing}${message ? `: ${message}` : ''}`,
  data: [`/api/v1/runs/${id}`, `/api/v1/runs/${id}/attempts`],
  body: html`<h1>${title}</h1><p>${repository} #${number} · ${shortCommit(commit)} · ${standing}${message ? `: ${message}` : ''}</p>
<ul>${jobs.map(({ id, suite, image, text }) => html`<li><a href="/jobs/${id}">${suite} on ${image}</a>: ${text}</li>`)}</ul>`,
});

export const jobOutline = ({ id, suite, image, text, run, standing, history }: JobView): Outline => ({
  title: `${shapes[standing]} ${suite} on ${image}, ${run.repository} #${run.number}`,
  summary: `${text} · ${run.title}`,
  data: [`/api/v1/jobs/${id}`],
  body: html`<h1>${suite} on ${image}</h1><p>${text}</p><p><a href="/runs/${run.id}">${run.title}</a></p>
<ul>${history.map(({ number, logUrl }) => html`<li><a href="${logUrl}">The log of attempt ${number} as text</a></li>`)}</ul>`,
});
