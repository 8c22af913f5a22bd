// SPDX-License-Identifier: BSD-3-Clause
// A tour of VedDB from two clients of Redis, ioredis and node-redis:
//
//   npm install && npm run tour                      redis://127.0.0.1:6379
//   npm run tour redis://127.0.0.1:7000              another server
//
// It works in database 9, which must be empty, and leaves it so. An answer that is not the expected
// one ends it with exit code 1.
import assert from 'node:assert/strict';
import Redis from 'ioredis';
import { createClient } from 'redis';

const url = process.argv[2] ?? 'redis://127.0.0.1:6379';
const DATABASE = 9;

const json = JSON.stringify;
// Documents travel as JSON text: replies hold them as strings, or null where there is none.
const documents = (reply) => reply.map((text) => (text === null ? null : JSON.parse(text)));
const show = (title, value) => console.log(`${title}:`, value);

const people = [
  { _id: 1, name: 'Ada', born: 1815, langs: ['en', 'fr'] },
  { _id: 2, name: 'Grace', born: 1906, langs: ['en'] },
  { _id: 3, name: 'Emmy', born: 1882, langs: ['de', 'en', 'fr'] },
];

async function tourOfIoredis() {
  console.log('\n# ioredis');
  const client = new Redis(url, { db: DATABASE });
  assert.equal(await client.dbsize(), 0, `database ${DATABASE} is not empty`);

  await client.set('visits', 41);
  show('INCR', await client.incr('visits'));

  show('DOC.INSERT', await client.call('DOC.INSERT', 'people', ...people.map((one) => json(one))));
  const french = await client.call('DOC.FIND', 'people', json({ langs: 'fr' }),
    'PROJECT', json({ name: 1, born: 1, _id: 0 }), 'SORT', json({ born: 1 }));
  show('DOC.FIND', documents(french));
  assert.deepEqual(documents(french).map((one) => one.name), ['Ada', 'Emmy']);

  // Many commands in one round trip; each has its own error or answer.
  const answers = await client.pipeline()
    .call('DOC.GET', 'people', 2)
    .call('DOC.COUNT', 'people', json({ born: { $lt: 1900 } }))
    .call('DOC.COUNT', 'people', json({ born: { $above: 1900 } }))
    .get('visits')
    .exec();
  show('pipeline', answers.map(([error, answer]) => error?.message ?? answer));
  assert.match(answers[2][0].message, /^BADQUERY /);

  // Keys and documents change together.
  const changed = await client.multi()
    .incr('visits')
    .call('DOC.PUT', 'people', 2, json({ name: 'Grace', born: 1906, rank: 'Rear Admiral' }),
      'IFVERSION', 1)
    .exec();
  show('MULTI … EXEC', changed);
  assert.deepEqual(changed, [[null, 43], [null, 2]]);

  // Compare and set: who comes too late reads again.
  await assert.rejects(client.call('DOC.PUT', 'people', 2, json({ name: '?' }), 'IFVERSION', 1),
    ({ message }) => { show('too late', message); return /^VERSIONMISMATCH /.test(message); });
  await client.quit();
}

async function tourOfNodeRedis() {
  console.log('\n# node-redis, RESP3');
  const client = createClient({ url, database: DATABASE, RESP: 3 });
  client.on('error', (error) => console.error(error.message));
  await client.connect();
  show('HELLO', (await client.hello()).proto);

  // What stands in one turn of Node's loop goes out together.
  const [ada, nobody, count] = await Promise.all([
    client.sendCommand(['DOC.GET', 'people', '1', 'WITHVERSION']),
    client.sendCommand(['DOC.GET', 'people', '4']),
    client.sendCommand(['DOC.COUNT', 'people', json({ langs: { $size: 3 } })]),
  ]);
  show('DOC.GET', ada);
  assert.deepEqual([JSON.parse(ada[0]).name, ada[1], nobody, count], ['Ada', 1, null, 1]);

  // With RESP3 a map arrives as a map.
  const stats = await client.sendCommand(['DOC.STATS', 'people']);
  show('DOC.STATS', stats);
  assert.equal(stats.documents, 3);

  const reply = await client.multi()
    .set('last:person', 'Alan', { EX: 3600 })
    .addCommand(['DOC.INSERT', 'people', json({ _id: 4, name: 'Alan', born: 1912 })])
    .addCommand(['DOC.FINDONE', 'people', json({ born: { $gt: 1910 } }), 'PROJECT', '{"name":1}'])
    .exec();
  show('MULTI … EXEC', reply);
  assert.deepEqual(reply, ['OK', ['4'], '{"_id":4,"name":"Alan"}']);

  const keys = [];
  for await (const found of client.scanIterator({ MATCH: 'last:*' })) keys.push(...found);
  show('SCAN', keys);
  show('TTL', await client.ttl('last:person'));

  await assert.rejects(client.sendCommand(['DOC.INSERT', 'people', json({ _id: 4 })]),
    ({ message }) => { show('twice', message); return /^DUPLICATEKEY /.test(message); });

  show('DOC.DELETEMANY', await client.sendCommand(['DOC.DELETEMANY', 'people', '{}']));
  show('DOC.DROP', await client.sendCommand(['DOC.DROP', 'people']));
  show('DEL', await client.del(['visits', 'last:person']));
  await client.close();
}

await tourOfIoredis();
await tourOfNodeRedis();
