"""The embedded stand-in for S3, DynamoDB and SQS: ministack's services behind a gate and a journal of our own.

What is acknowledged is on the disk: objects are files, everything else is a record in a journal that is synced before
the answer. ministack's names that are used here are private ones, hence its exact pin and the tests that kill it.
"""
