import type { Stage } from './stage.ts';

/** What a client sees of one message. */
export interface Seen {
  readonly id: string;
  readonly status: number;
  /** The header `X-Fallback-Mode`. */
  readonly fallback: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function send({ api }: Stage, id: string = crypto.randomUUID()): Promise<Seen> {
  const response = await api.post({ id, value: { id } });
  return {
    id,
    status: response.status,
    fallback: response.headers.get('X-Fallback-Mode'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** One after another. */
export async function sendMany(stage: Stage, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let sent = 0; sent < count; sent++) seen.push(await send(stage));
  return seen;
}

export const PUBLISHED = { status: 202, fallback: null };
export const QUEUED = { status: 202, fallback: 'true' };

/** A line of the log in the guide's form, after which fields may follow. */
export function logLine(level: 'INFO' | 'WARNING' | 'ERROR', text: string): RegExp {
  return new RegExp(String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - ${level} - ${text}( \w+=.*)?$`);
}
