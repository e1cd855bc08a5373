/** What the System page asks for: again and again while it is looked at, since no event tells of hosts and machines. */
import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod';
import { systemView } from '#shared/api.ts';
import { hostView, machineDetail, machineView, poolDetail, poolView } from '#shared/fleet-api.ts';
import { imageDetail, imageView } from '#shared/image-api.ts';
import { ask } from '../live/ask.ts';
import { systemMs } from '../live/queries.ts';

const looked = <View>(key: string[], path: string, schema: { parse(value: unknown): View }) =>
  queryOptions({
    queryKey: ['system', ...key],
    queryFn: ({ signal }) => ask(`/api/v1/${path}`, schema, { signal }),
    refetchInterval: systemMs,
  });

export const systemQuery = looked([], 'system', systemView);
export const hostsQuery = looked(['hosts'], 'hosts', z.array(hostView));
export const poolsQuery = looked(['pools'], 'pools', z.array(poolView));
export const imagesQuery = looked(['images'], 'images', z.array(imageView));
export const machinesQuery = looked(['machines'], 'machines', z.array(machineView));
export const poolQuery = (image: string) => looked(['pools', image], `pools/${image}`, poolDetail);
export const imageQuery = (name: string) => looked(['images', name], `images/${name}`, imageDetail);
export const machineQuery = (id: string) => looked(['machines', id], `machines/${id}`, machineDetail);
