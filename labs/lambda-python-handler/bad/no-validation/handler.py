"""Adds up orders: `{"items": [{"sku": …, "qty": …, "price": …}]}`."""

import json
from decimal import ROUND_HALF_UP, Decimal


def answer(status, **body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def handle(event, context):
    items = event.get("items")
    if not isinstance(items, list):
        items = []
    total = Decimal(0)
    for item in items:
        quantity, price = item.get("qty"), item.get("price")
        quantity, price = quantity or 0, price or 0
        total += Decimal(str(quantity)) * Decimal(str(price))
    return answer(200, total=float(total.quantize(Decimal("0.01"), ROUND_HALF_UP)))
