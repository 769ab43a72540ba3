import { connect } from 'node:net';

const ELECT_LEADERS = 43;

/**
 * Has Kafka make the first replica of a partition its leader. KafkaJS has no verb for it, hence the
 * request of Kafka's protocol (ElectLeaders, version 0). Answers when the broker has.
 */
export function electPreferredLeader(broker: string, topic: string, partition: number): Promise<void> {
  const [host, port] = broker.split(':');
  const request = frame(
    int16(ELECT_LEADERS),
    int16(0),
    int32(1), // The number by which the answer is recognised.
    text('spillway-tests'),
    int32(1),
    text(topic),
    int32(1),
    int32(partition),
    int32(5000), // The most that it may take, in milliseconds.
  );
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '', port: Number(port) }, () => socket.write(request));
    socket.setTimeout(6000, () => socket.destroy(new Error('No answer to ElectLeaders')));
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('No answer to ElectLeaders')));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
  });
}

function frame(...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
