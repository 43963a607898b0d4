"""The same catalogue as a Lambda function: `handler` takes proxy events in front of the app."""

from __future__ import annotations

from mangum import Mangum

from .app import app

handler = Mangum(app, lifespan="off")
