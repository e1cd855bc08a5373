/** The check of a run that failed, as GitHub shows it: its Markdown rendered, in both themes. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { marked } from 'marked';
import type { CheckAnnotation } from '#coordinator/runs/check-annotations.ts';
import { launchBrowser } from '#test/support/browser.ts';
import { failedCheck } from './check-scene.ts';

const themes = {
  light: {
    back: '#ffffff',
    fore: '#1f2328',
    line: '#d1d9e0',
    dim: '#59636e',
    red: '#d1242f',
    pale: '#ffebe9',
    press: '#f6f8fa',
  },
  dark: {
    back: '#0d1117',
    fore: '#f0f6fc',
    line: '#3d444d',
    dim: '#9198a1',
    red: '#f85149',
    pale: '#25171c',
    press: '#212830',
  },
} as const;
type Theme = keyof typeof themes;

export async function takeCheck(folder: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    for (const theme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width: 1080, height: 800 }, colorScheme: theme });
      await page.setContent(await checkPage(theme));
      await page.screenshot({ path: path.join(folder, `check-summary-${theme}.png`), fullPage: true });
      console.log(`docs/pictures/check-summary-${theme}.png`);
    }
  } finally {
    await browser.close();
  }
}

async function checkPage(theme: Theme): Promise<string> {
  const { title, summary, buttons, annotations } = failedCheck();
  const file = createRequire(import.meta.url).resolve(`github-markdown-css/github-markdown-${theme}.css`);
  const body = marked.parse(summary, { async: false, gfm: true });
  return `<!doctype html><meta charset="utf-8"><style>${await readFile(file, 'utf8')}${frameOf(theme)}</style>
<main>
<header><b class="cross">✕</b><h1>Paddock</h1><span class="dim">failed</span><span class="grow"></span>${buttons
    .map(({ label, description }) => `<button title="${letters(description)}">${letters(label)}</button>`)
    .join('')}<button>Re-run ▾</button></header>
<section><h2>${letters(title)}</h2><article class="markdown-body">${body}</article></section>
<section><h2>Annotations</h2>${annotations.map(annotationText).join('')}</section>
</main>`;
}

const annotationText = ({ path: file, startLine, title, message }: CheckAnnotation): string =>
  `<aside><p class="dim">Check failure on line ${startLine} in ${letters(file)}</p><p><b>${letters(title)}</b></p><pre>${letters(message)}</pre></aside>`;

const letters = (text: string): string => text.replace(/[&<>"]/g, mark => `&#${mark.charCodeAt(0)};`);

/** What stands around a summary on the page of a check. */
function frameOf(theme: Theme): string {
  const { back, fore, line, dim, red, pale, press } = themes[theme];
  return `
body { margin: 0; background: ${back}; color: ${fore}; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif }
main { max-width: 1016px; margin: 0 auto; padding: 24px 16px }
header { display: flex; gap: 8px; align-items: center; padding-bottom: 16px; border-bottom: 1px solid ${line} }
h1, h2 { margin: 0; font-size: 20px } h2 { margin: 20px 0 12px }
.grow { flex: 1 } .dim { color: ${dim} } .cross { color: ${red}; font-size: 18px }
button { font: inherit; font-weight: 500; color: ${fore}; background: ${press}; border: 1px solid ${line}; border-radius: 6px; padding: 4px 12px }
.markdown-body { font-size: 14px }
aside { border: 1px solid ${line}; border-left: 4px solid ${red}; border-radius: 6px; padding: 8px 16px; margin: 8px 0; background: ${pale} }
aside p, aside pre { margin: 2px 0; white-space: pre-wrap; overflow-wrap: anywhere }`;
}
