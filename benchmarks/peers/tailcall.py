"""Tailcall's configuration of the same graph: batched calls, and, if wanted, work in flight shared."""

from __future__ import annotations

from benchmarks.data import GREETING, WIDE_FIELDS


def configuration(port: int, upstream: str, *, shares: bool) -> str:
    """The text of a `.graphql` file for `tailcall start`."""
    share = ", dedupe: true" if shares else ""
    wide = " ".join(f"f{number}: {'String!' if number % 2 else 'Int!'}" for number in range(WIDE_FIELDS))
    posts = (
        f'@http(url: "{upstream}/posts", query: [{{key: "count", value: "{{{{.args.count}}}}"}},'
        f' {{key: "broken", value: "{{{{.args.broken}}}}"}}]{share})'
    )

    def by_id(path: str, key: str) -> str:
        value = f"{{{{.value.{key}}}}}"
        return f'@http(url: "{upstream}{path}", query: [{{key: "id", value: "{value}"}}], batchKey: ["id"]{share})'

    return f"""
schema
  @server(port: {port}, hostname: "127.0.0.1", workers: 1, queryValidation: false)
  @upstream(allowedHeaders: ["x-viewer"], batch: {{delay: 1, maxSize: 1000, headers: ["x-viewer"]}}) {{
  query: Query
}}
type Country {{ id: Int! name: String! }}
type City {{ id: Int! name: String! countryId: Int! country: Country! {by_id("/countries", "countryId")} }}
type Company {{ id: Int! name: String! cityId: Int! city: City! {by_id("/cities", "cityId")} }}
type User {{
  id: Int! name: String! email: String! companyId: Int! company: Company! {by_id("/companies", "companyId")}
}}
type Post {{ id: Int! userId: Int! title: String! user: User! {by_id("/users", "userId")} }}
type Wide {{ {wide} }}
type Query {{
  posts(count: Int! = 100, broken: Int! = 0): [Post!]! {posts}
  mixed(count: Int! = 100, broken: Int! = 0): [Post]! {posts}
  wide: [Wide!]! @http(url: "{upstream}/wide"{share})
  greet: String! @expr(body: "{GREETING}")
}}
"""
