import { expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { deliverWholeFrames } from '../../../../src/drivers/kafka/kafkajs/frames.ts';

function frame(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}

/** A socket that is fed by the test; `seen` is what its reader got, chunk by chunk. */
function setup(reader: (bytes: Buffer) => void = () => {}) {
  const seen: string[] = [];
  const destroyed: unknown[] = [];
  const emitter = Object.assign(new EventEmitter(), { destroy: (error?: Error) => destroyed.push(error) });
  const socket = deliverWholeFrames(emitter as unknown as Socket);
  socket.on('data', (bytes: Buffer) => {
    seen.push(bytes.toString('latin1'));
    reader(bytes);
  });
  return { seen, destroyed, feed: (bytes: Buffer) => emitter.emit('data', bytes) };
}

test('however an answer is cut up, its reader gets it whole', () => {
  const stream = Buffer.concat([frame('first'), frame(''), frame('second one'), frame('3')]);
  for (let size = 1; size <= stream.length; size++) {
    const { seen, feed } = setup();
    for (let at = 0; at < stream.length; at += size) feed(stream.subarray(at, at + size));
    expect(seen.join('')).toBe(stream.toString('latin1'));
    for (const chunk of seen) {
      let rest = Buffer.from(chunk, 'latin1');
      while (rest.length > 0) {
        expect(rest.length).toBeGreaterThanOrEqual(4 + rest.readUInt32BE());
        rest = rest.subarray(4 + rest.readUInt32BE());
      }
    }
  }
});

test('half an answer is kept from the reader', () => {
  const { seen, feed } = setup();
  feed(frame('whole'));
  feed(frame('cut off').subarray(0, 8));
  expect(seen).toEqual([frame('whole').toString('latin1')]);
});

test('a reader that throws loses its socket, and throws no further', () => {
  const { destroyed, feed } = setup(() => {
    throw new RangeError('outside buffer bounds');
  });
  feed(frame('malformed'));
  expect(destroyed).toEqual([new RangeError('outside buffer bounds')]);
});

test.each([
  ['HTTP/1.1 400 Bad Request\r\n\r\n', ' but in that of HTTP'],
  ['-ERR unknown command\r\n', ' but in that of Redis'],
  ['-NOAUTH Authentication required.\r\n', ' but in that of Redis'],
  ['\x15\x03\x03\x00\x02\x02\x50', ' but in that of TLS'],
  ['220 mail.example.org ESMTP', ''],
])('who does not speak the protocol is not listened to until memory is full: %j', (answer, which) => {
  const { destroyed, seen, feed } = setup();
  feed(Buffer.from(answer, 'latin1'));
  expect(destroyed).toEqual([new Error(`The answer is not in the protocol of Kafka${which}`)]);
  expect(seen).toEqual([]);
});

test('other events reach their listeners as they are', () => {
  const emitter = new EventEmitter();
  const socket = deliverWholeFrames(emitter as unknown as Socket);
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  emitter.emit('error', new Error('reset'));
  expect(errors).toEqual([new Error('reset')]);
});
