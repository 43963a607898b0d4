"""The discussions service, an AWS Lambda function: `services.discussions.app.handler`. Standard library only."""
