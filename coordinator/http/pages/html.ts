/** Pages as strings, escaped by construction: `html` escapes every value that is not itself the result of `html`. */

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
