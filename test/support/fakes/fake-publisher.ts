import type { Message } from '../../../src/message/message.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import type { Publisher, PublishResult } from '../../../src/ports/publisher.ts';

export const PUBLISHED: PublishResult = { kind: 'published', partition: 0, offset: '0' };
export const KAFKA_DOWN: Extract<PublishResult, { kind: 'failed' }> = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'down',
  maybeWritten: false,
};

/** Answers as it is told, and keeps what it was given. */
export class FakePublisher implements Publisher {
  readonly calls: (readonly Message[])[] = [];
  answer: (message: Message, index: number) => PublishResult | Promise<PublishResult> = () => PUBLISHED;
  probed: Probe = { kind: 'up' };
  refusalOf: NonNullable<Publisher['refusalOf']> = () => undefined;

  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    this.calls.push(messages);
    const answers = messages.map(async (message, index) => this.answer(message, index));
    return Promise.all(answers);
  }

  probe(): Promise<Probe> {
    return Promise.resolve(this.probed);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
