import { useEffect } from 'react';
import type { Standing } from '#shared/api.ts';
import { shapes } from '#shared/words.ts';
import { markOf } from '../parts/standings.ts';
import { texts } from '../texts/texts.ts';

/** The tab says where one is and how that stands: in words, and by the colour of the mark. */
export function usePageState(title: string, standing: Standing | null = null): void {
  useEffect(() => {
    document.title = `${standing ? `${shapes[standing]} ` : ''}${title} · ${texts.product}`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = `/assets/mark-${markOf(standing)}.svg`;
  }, [title, standing]);
}
