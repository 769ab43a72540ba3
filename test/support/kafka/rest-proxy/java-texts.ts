/** What Kafka's Java client says of each error, word for word. */
export function javaText(error: string, topic: string): string {
  switch (error) {
    case 'MESSAGE_TOO_LARGE':
      return 'The request included a message larger than the max message size the server will accept.';
    case 'INVALID_RECORD':
      return `Compacted topic cannot accept message without key in topic partition ${topic}-0.`;
    case 'INVALID_TIMESTAMP':
      return 'Timestamp 1 of message with offset 0 is out of range. The timestamp should be within [2, 3]';
    case 'INVALID_TOPIC_EXCEPTION':
      return `Invalid topics: [${topic}]`;
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return `Topic ${topic} not present in metadata after 60000 ms.`;
    case 'TOPIC_AUTHORIZATION_FAILED':
      return `Not authorized to access topics: [${topic}]`;
    case 'NOT_ENOUGH_REPLICAS':
      return 'Messages are rejected since there are fewer in-sync replicas than required.';
    default:
      return `Expiring 1 record(s) for ${topic}-0:120000 ms has passed since batch creation`;
  }
}
