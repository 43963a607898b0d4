"""GraphQL over HTTP without I/O: bytes and headers become a request, a result becomes bytes and headers.

Source: GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/) and RFC 9110.
"""
