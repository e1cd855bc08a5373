/** XML as values, so that nothing is ever put into a document without being escaped. */

export type Element = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly Child[];
};
export type Child = Element | string;

export const element = (
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): Element => ({ name, attributes, children });

/** Throws on a character that XML 1.0 has no way to write. */
export function xmlOf(child: Child): string {
  if (typeof child === 'string') return escaped(child);
  const attributes = Object.entries(child.attributes).map(([name, value]) => ` ${name}='${escaped(value)}'`);
  const start = `<${child.name}${attributes.join('')}`;
  if (child.children.length === 0) return `${start}/>`;
  return `${start}>${child.children.map(xmlOf).join('')}</${child.name}>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
};

function escaped(text: string): string {
  if (/[^\P{Cc}\t\n\r]/u.test(text)) throw new Error('a control character cannot be part of a domain');
  return text.replace(/[&<>'"]/g, character => entities[character] ?? character);
}
