// Mercurius as its documentation tunes it: compiled queries (`jit`), loaders that batch, undici's pool.
// `node mercurius.js PORT UPSTREAM WIDE_FIELDS GREETING`
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { Pool } from 'undici'

const [port, upstream, wideFields, greeting] = process.argv.slice(2)
const pool = new Pool(upstream, { connections: 100, pipelining: 1 })
const wide = Array.from({ length: Number(wideFields) }, (_, n) => `f${n}: ${n % 2 ? 'String!' : 'Int!'}`)

const schema = `
  type Country { id: Int! name: String! }
  type City { id: Int! name: String! country: Country! }
  type Company { id: Int! name: String! city: City! }
  type User { id: Int! name: String! email: String! company: Company! }
  type Post { id: Int! userId: Int! title: String! user: User! }
  type Wide { ${wide.join(' ')} }
  type Query {
    posts(count: Int! = 100, broken: Int! = 0): [Post!]!
    mixed(count: Int! = 100, broken: Int! = 0): [Post]!
    wide: [Wide!]!
    greet: String!
  }
`

async function rows (path, viewer) {
  const { body } = await pool.request({ path, method: 'GET', headers: { 'x-viewer': viewer } })
  return body.json()
}

// The documentation's loader: all parents of one level at once; each key is asked once.
function byId (path, key) {
  return async (queries, { viewer }) => {
    const ids = [...new Set(queries.map(({ obj }) => obj[key]))]
    const found = new Map()
    for (const row of await rows(`${path}?${ids.map((id) => `id=${id}`).join('&')}`, viewer)) found.set(row.id, row)
    return queries.map(({ obj }) => found.get(obj[key]))
  }
}

const posts = (_, { count, broken }, { viewer }) => rows(`/posts?count=${count}&broken=${broken}`, viewer)
const resolvers = { Query: { posts, mixed: posts, wide: (_, __, { viewer }) => rows('/wide', viewer), greet: () => greeting } }
const loaders = {
  Post: { user: { loader: byId('/users', 'userId'), opts: { cache: false } } },
  User: { company: { loader: byId('/companies', 'companyId'), opts: { cache: false } } },
  Company: { city: { loader: byId('/cities', 'cityId'), opts: { cache: false } } },
  City: { country: { loader: byId('/countries', 'countryId'), opts: { cache: false } } }
}

const app = Fastify()
await app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  context: (request) => ({ viewer: request.headers['x-viewer'] ?? '0' })
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
