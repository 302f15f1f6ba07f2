"""Fails with every order."""


def handle(event, context):
    return event["no such member"]
