"""The enrolments service, an AWS Lambda function: `services.enrolments.app.handler`. Standard library only."""
