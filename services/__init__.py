"""The demo's microservices, as a team had them before the gateway: one folder each, sharing nothing.

`users` is an AWS Lambda function, `catalogue` an HTTP service. Neither imports the gateway, its three
application folders, or the other service; each could be moved to a repository of its own as it stands.
"""
