"""The embedded stand-in for S3, DynamoDB and SQS: ministack's services behind a gate and a journal of our own.

Acknowledged changes are on the disk: objects are files, everything else is a record in a journal that is synced before
the answer. The names used here are private to ministack, hence its exact pin and the tests that kill it.
"""
