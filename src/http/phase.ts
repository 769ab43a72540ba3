/** While it is leaving a process works as ever, and asks its clients to connect elsewhere; then it refuses messages. */
export type Phase = 'serving' | 'leaving' | 'finishing';
