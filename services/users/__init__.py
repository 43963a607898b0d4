"""The users service, an AWS Lambda function: `services.users.app.handler`. Standard library only."""
