/** What people read in this repository: every Markdown file of it, and the pieces of one that can be held against the code. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';

export const root = path.resolve(import.meta.dirname, '../..');

export type Guide = { file: string; text: string };

export async function readGuides(): Promise<Guide[]> {
  const ignore = ['**/node_modules/**', 'dist/**', 'coverage/**'];
  const files = (await glob('**/*.md', { cwd: root, ignore })).sort();
  return Promise.all(
    files.map(async file => ({ file, text: await readFile(path.join(root, file), 'utf8') })),
  );
}

export type Block = { language: string; text: string };

export const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(([, , language = '', body = '']) => ({
    language,
    text: body,
  }));

/** Link targets outside of blocks, without what leads elsewhere and without places inside a page. */
export const linksOf = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter(target => target !== '' && !/^[a-z]+:/.test(target));

/** Commands as they would be typed: in `sh` blocks and in code spans. */
export function commandsOf(text: string): string[] {
  const lines = blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(block => block.text.split('\n'));
  const spans = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...lines, ...spans]
    .flatMap(line => line.split('&&'))
    .map(command => command.replace(/#.*$/, '').trim());
}

const withoutBlocks = (text: string): string => text.replace(/^( *)```\w*\n[\s\S]*?^\1```$/gm, '');
