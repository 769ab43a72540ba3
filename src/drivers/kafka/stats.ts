import type { ProducerStats } from '../../ports/publisher.ts';

/** Counters of a driver since it was opened. */
export class Stats implements ProducerStats {
  calls = 0;
  messages = 0;
  callMs = 0;
  retries = 0;
  connects = 0;
  maybeWritten = 0;
  pendingBytes = 0;

  addCall(messages: number, ms: number): void {
    this.calls++;
    this.messages += messages;
    this.callMs += ms;
  }
}
