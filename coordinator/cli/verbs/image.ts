/** `paddock image`: what there is, and which version of it is used. */
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { type ImageDetail, imageDetail, imageView } from '#shared/image-api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { imageTexts as texts } from '../image-texts.ts';
import { imageLines, imageTable } from '../output/image-lines.ts';

export type ShowOptions = { json?: boolean };

export const imageRoute = (name: string, verb = ''): string =>
  `/api/v1/images/${encodeURIComponent(name)}${verb && `/${verb}`}`;

export async function listImages(context: Context, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const images = await (await clientFor(context)).get('/api/v1/images', z.array(imageView));
  if (json) printJson(context, images);
  else if (images.length === 0) {
    terminal.note(texts.noImages);
    terminal.hint(texts.hints.add);
  } else
    for (const line of imageTable(images, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function showImage(context: Context, name: string, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const image = await (await clientFor(context)).get(imageRoute(name), imageDetail);
  if (json) printJson(context, image);
  else
    for (const line of imageLines(image, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function rollBackImage(
  context: Context,
  name: string,
  { to, json }: ShowOptions & { to?: number },
): Promise<ExitCode> {
  const body = to === undefined ? {} : { to };
  const image = await (await clientFor(context)).post(imageRoute(name, 'rollback'), imageDetail, body);
  return changed(context, image, texts.rolledBack(name, image.current ?? 0), json);
}

export async function disableImage(
  context: Context,
  name: string,
  verb: 'disable' | 'enable',
  { json }: ShowOptions,
): Promise<ExitCode> {
  const image = await (await clientFor(context)).post(imageRoute(name, verb), imageDetail);
  return changed(context, image, verb === 'disable' ? texts.isDisabled(name) : texts.isEnabled(name), json);
}

function changed(context: Context, image: ImageDetail, sentence: string, isJson = false): ExitCode {
  if (isJson) printJson(context, image);
  else context.terminal.line(sentence);
  return exitCodes.ok;
}

export async function removeImage(context: Context, name: string, { json }: ShowOptions): Promise<ExitCode> {
  const answer = await (await clientFor(context)).post(imageRoute(name, 'remove'), done);
  if (json) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}
