import * as z from 'zod';
import { groups } from './groups.ts';

/** Environment variables as a runtime has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Schema of all settings. */
export const Environment = z.object({
  ...groups.Kafka,
  ...groups['Kafka over HTTP'],
  ...groups.Redis,
  ...groups['Embedded parts'],
  ...groups['Messages and limits'],
  ...groups.Access,
  ...groups.Circuits,
  ...groups['Fallback list'],
  ...groups['TLS for clients'],
  ...groups.Process,
});

export type Environment = z.infer<typeof Environment>;

/** One line for each variable that cannot be read. */
export function problemsOf(error: z.ZodError | undefined): string[] {
  return [...new Set(error?.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`))];
}
