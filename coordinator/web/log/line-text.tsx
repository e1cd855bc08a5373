/** The text of one line as it was meant to look, cut where nobody would read on. */
import { memo, useMemo } from 'react';
import { bytesText } from '#shared/quantity-text.ts';
import { texts } from '../texts/texts.ts';
import { type LineBlock, textOf } from './line-block.ts';
import { paintOf } from './paint.ts';
import type { Look } from './sgr.ts';
import { cutSpans, hitsIn, type MarkedSpan, markSpans, spansOf } from './spans.ts';

export type LineTextProps = {
  block: LineBlock;
  start: number;
  end: number;
  look: Look;
  /** Marks what matches. */
  pattern: RegExp | null;
  isWhole: boolean;
  line: number;
  onWhole(line: number): void;
};

/** A line of so many characters fills a screen. */
const cutChars = 10_000;

export const LineText = memo(function LineText(props: LineTextProps) {
  const { block, start, end, look, pattern, isWhole, line, onWhole } = props;
  const { spans, more } = useMemo(() => {
    const drawn = spansOf(textOf(block, { start, end }), look).spans;
    return isWhole ? { spans: drawn, more: 0 } : cutSpans(drawn, cutChars);
  }, [block, start, end, look, isWhole]);
  const marked = useMemo(() => {
    const text = spans.map(span => span.text).join('');
    return markSpans(spans, pattern ? hitsIn(text, pattern) : []);
  }, [spans, pattern]);
  const isLast = end >= block.used - 1;
  return (
    <span className="log-text">
      {marked.map(piece => (
        <Piece key={piece.at} {...piece} />
      ))}
      {more > 0 && (
        <span className="log-more">
          … {texts.log.more(more)}{' '}
          <button type="button" onClick={() => onWhole(line)}>
            {texts.log.showAll}
          </button>
        </span>
      )}
      {block.cut > 0 && isLast && (isWhole || more === 0) && (
        <span className="log-more">… {texts.log.moreBytes(bytesText(block.cut))}</span>
      )}
    </span>
  );
});

/** Text that looks like any other is text; a tag for each piece would be most of what a page is made of. */
function Piece({ text, look, href, isHit }: MarkedSpan) {
  const { className, style } = paintOf(look);
  const shown = isHit ? <mark>{text}</mark> : text;
  if (href)
    return (
      <a
        className={className}
        style={style}
        href={href}
        rel="noopener noreferrer nofollow"
        target="_blank"
        title={href}
      >
        {shown}
      </a>
    );
  if (!className) return shown;
  return (
    <span className={className} style={style}>
      {shown}
    </span>
  );
}
