import { harmlessJson } from '../bytes/json.ts';

/** JSON with a final line end, in which nothing can steer a terminal. */
export const jsonText = (value: unknown): string => `${harmlessJson(JSON.stringify(value, null, 2))}\n`;
