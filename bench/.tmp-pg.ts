import { PGlite, protocol } from '@electric-sql/pglite'
const pg = await PGlite.create({})
await pg.exec('create table t (id int primary key, a text, b jsonb); insert into t select i, i::text, jsonb_build_object(\'x\', i) from generate_series(1,1000) i')
const N = 3000
const s = protocol.serialize
function cpu() { const u = process.cpuUsage(); return (u.user + u.system) / 1000 }
async function time(name: string, f: (i: number) => Promise<unknown>) {
  for (let i = 0; i < 300; i++) await f(i)
  const c = cpu(), t = performance.now()
  for (let i = 0; i < N; i++) await f(i)
  console.log(name, ((cpu() - c) / N).toFixed(4), 'cpu ms', ((performance.now() - t) / N).toFixed(4))
}
const text = 'select id, a, b from t where id = $1 and a is not null'
await time('query', (i) => pg.query(text, [i % 1000]))
await pg.execProtocol(Buffer.concat([s.parse({ name: 's1', text }), s.sync()]))
await time('prepared batch', (i) => pg.execProtocol(Buffer.concat([s.bind({ statement: 's1', values: [String(i % 1000)] }), s.execute({}), s.sync()])))
await time('unnamed batch', (i) => pg.execProtocol(Buffer.concat([s.parse({ text }), s.bind({ values: [String(i % 1000)] }), s.describe({ type: 'P' }), s.execute({}), s.sync()])))
const r = await pg.execProtocol(Buffer.concat([s.bind({ statement: 's1', values: ['5'] }), s.describe({ type: 'P' }), s.execute({}), s.sync()]))
console.log(r.messages.map((m) => m.name))
try { await pg.execProtocol(Buffer.concat([s.bind({ statement: 's1', values: ['abc'] }), s.describe({ type: 'P' }), s.execute({}), s.sync()])) } catch (e) { console.log('err', e.code) }
const r2 = await pg.execProtocol(Buffer.concat([s.query('begin'), s.bind({ statement: 's1', values: ['5'] }), s.describe({ type: 'P' }), s.execute({}), s.sync(), s.query('commit')]))
console.log(r2.messages.map((m) => m.name + (m.text ?? '')))
await time('begin+commit exec', () => pg.transaction(async () => {}))
await time('begin+commit batch', () => pg.execProtocol(Buffer.concat([s.query('begin'), s.query('commit')])))
await time('insert prepared', (i) => pg.query('insert into t values ($1, $2, $3)', [i + 10000 + Math.floor(Math.random() * 1e8), 'x', '{}']))
