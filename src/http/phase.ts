/**
 * Phase of a process (graceful shutdown). `leaving` works as before, and asks clients to connect elsewhere;
 * `finishing` refuses messages.
 */
export type Phase = 'serving' | 'leaving' | 'finishing';
