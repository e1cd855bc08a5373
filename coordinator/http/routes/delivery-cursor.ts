/** The place of a delivery as text for an address: `<received at>~<its id>`. */
import * as z from 'zod';
import type { DeliveryPlace } from '../parts.ts';

const shape = /^(\d{1,15})~([\w-]{1,64})$/;

export const cursorOf = ({ receivedAt, id }: DeliveryPlace): string => `${receivedAt}~${id}`;

export const deliveryCursor = z
  .string()
  .regex(shape, 'expected what `next` said')
  .transform((text): DeliveryPlace => {
    const [, receivedAt = '', id = ''] = shape.exec(text) ?? [];
    return { receivedAt: Number(receivedAt), id };
  });
